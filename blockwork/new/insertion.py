"""Lines that are added to a file somebody else has written on: in the right place, and once."""

import ast
import textwrap
from collections.abc import Iterable


class NoPlaceError(Exception):
    """A text has no place for the lines; its reason is a sentence's end."""


def insert(text: str, *, anchor: str, lines: str, needs: Iterable[str] = ()) -> str:
    """Return a text with lines above its anchor, indented as it is; as it was if it has them.

    :param anchor: what a comment begins with, such as `# blockwork new route:`.
    :param lines: whole statements, or elements of a list.
    :param needs: names that the lines use, and the text has to have.
    :raises NoPlaceError: if the anchor or a name is gone.
    """
    if has_statements(text, lines):
        return text
    there = text.splitlines(keepends=True)
    at = next((n for n, line in enumerate(there) if line.strip().startswith(anchor)), None)
    if at is None:
        raise NoPlaceError(f"its line '{anchor}' is gone")
    names = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    if missing := sorted(set(needs) - names):
        raise NoPlaceError(f"it has no {' and no '.join(missing)}")
    indent = there[at][: len(there[at]) - len(there[at].lstrip())]
    added = textwrap.indent(lines, indent)
    return "".join([*there[:at], added, *there[at:]])


def has_statements(text: str, lines: str) -> bool:
    """Tell whether a text has all of some statements, or an element of a list, in any layout."""
    if lines.rstrip().endswith(","):
        return lines.strip() in (line.strip() for line in text.splitlines())
    there = {ast.dump(node) for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt)}
    return all(ast.dump(node) in there for node in ast.parse(lines).body)


def add_import(text: str, module: str, *names: str) -> str:
    """Return a text that imports names of a module, after its docstring; a linter sorts them."""
    tree = ast.parse(text)
    known = {
        alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module == module
        for alias in node.names
        if alias.asname is None
    }
    missing = [name for name in names if name not in known]
    if not missing:
        return text
    lines = text.splitlines(keepends=True)
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    line = f"from {module} import {', '.join(missing)}\n"
    if imports:
        at = imports[-1].end_lineno or 0
        return "".join([*lines[:at], line, *lines[at:]])
    has_docstring = ast.get_docstring(tree, clean=False) is not None
    at = (tree.body[0].end_lineno or 0) if has_docstring else 0
    between = "\n" if has_docstring else ""
    return "".join([*lines[:at], between, line, *(["\n"] if lines[at:] else []), *lines[at:]])


def append(text: str, lines: str) -> str:
    """Return a text with statements at its end; as it was if it has a class of the same name."""
    (node,) = ast.parse(lines).body
    there = {each.name for each in ast.parse(text).body if isinstance(each, ast.ClassDef)}
    if isinstance(node, ast.ClassDef) and node.name in there:
        return text
    return f"{text.rstrip()}\n\n\n{lines.strip()}\n"
