"""Which environment variables an entry point reads, found in the sources it is made of.

What the libraries read (`AWS_…`, `POWERTOOLS_…`) is theirs to document and left out.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

LAMBDA_SRC = Path(__file__).parents[3] / "lambda_src"


def variables_read_by(module: str) -> set[str]:
    """Return the names for a module such as `catalog.handlers.get_product`."""
    found: set[str] = set()
    pending, seen = [module], set[str]()
    while pending:
        name = pending.pop()
        source = LAMBDA_SRC / f"{name.replace('.', '/')}.py"
        if name in seen or not source.is_file():
            continue
        seen.add(name)
        tree = ast.parse(source.read_text(encoding="utf-8"))
        found.update(_variables(tree))
        pending.extend(_imports(tree))
    return found


def _variables(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(
                value=ast.Attribute(attr="environ"), slice=ast.Constant(value=str(name))
            ):
                yield name
            case ast.Call(
                func=ast.Attribute(value=ast.Attribute(attr="environ"), attr="get")
                | ast.Attribute(attr="getenv"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield name


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
