"""What public names say of themselves, read from the sources: nothing is imported."""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROLE = re.compile(r":\w+:`~?([^`]+)`")
LETS = re.compile(r"(let|grant|metric|on)(_|$)")


@dataclass(frozen=True, kw_only=True)
class Said:
    """A public name.

    :param name: as it is imported from its package.
    :param file: where it is defined, from the folder of the packages.
    :param says: its docstring's first paragraph, on one line.
    :param example: the first example in it; empty if it has none.
    :param offers: methods that let, grant, measure or react.
    """

    name: str
    file: str
    says: str
    example: str = ""
    offers: tuple[str, ...] = ()


def public_names(root: Path, package: str) -> list[Said]:
    """Return what a package exports (`__all__`), in its order.

    :param root: the folder that holds the package.
    :param package: such as `constructs_lib.blocks`.
    :raises LookupError: if a name is not defined where the package imports it from.
    """
    tree = _tree(root, f"{package.replace('.', '/')}/__init__.py")
    homes = {
        alias.name: str(node.module)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    return [_said(root, homes[name], name) for name in _exported(tree)]


def modules(root: Path, package: str) -> list[Said]:
    """Return the modules of a package; what they define is what they offer."""
    folder = root / package.replace(".", "/")
    found = []
    for file in sorted(folder.glob("[!_]*.py")):
        path = file.relative_to(root).as_posix()
        tree = _tree(root, path)
        kinds = (ast.ClassDef, ast.FunctionDef)
        names = [node.name for node in tree.body if isinstance(node, kinds)]
        names = [name for name in names if not name.startswith("_")]
        said = _first(ast.get_docstring(tree))
        found.append(Said(name=file.stem, file=path, says=said, offers=tuple(names)))
    return found


def fixtures(root: Path, path: str) -> list[Said]:
    """Return the pytest fixtures of a module."""
    functions = (node for node in _tree(root, path).body if isinstance(node, ast.FunctionDef))
    return [
        Said(name=node.name, file=path, says=_first(ast.get_docstring(node)))
        for node in functions
        if any("fixture" in ast.unparse(each) for each in node.decorator_list)
    ]


def _tree(root: Path, path: str) -> ast.Module:
    return ast.parse((root / path).read_text("utf-8"))


def _exported(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            yield from ast.literal_eval(node.value)


def _said(root: Path, module: str, name: str) -> Said:
    path = module.replace(".", "/")
    path += "/__init__.py" if (root / path).is_dir() else ".py"
    tree = _tree(root, path)
    for node, following in zip(tree.body, [*tree.body[1:], None], strict=True):
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == name:
            text = ast.get_docstring(node)
            methods = [each.name for each in node.body if isinstance(each, ast.FunctionDef)]
            offers = tuple(each for each in methods if LETS.match(each))
            return Said(
                name=name, file=path, says=_first(text), example=_example(text), offers=offers
            )
        if isinstance(node, ast.Assign | ast.AnnAssign) and name in _targets(node):
            text = None
            if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
                text = inspect.cleandoc(str(following.value.value))
            return Said(name=name, file=path, says=_first(text))
    raise LookupError(f"{path} defines no {name}")


def _targets(node: ast.Assign | ast.AnnAssign) -> list[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [ast.unparse(target) for target in targets]


def _first(text: str | None) -> str:
    """Return the first paragraph, on one line, roles as plain code."""
    paragraph = (text or "").strip().split("\n\n")[0]
    return " ".join(ROLE.sub(r"`\1`", paragraph).split()).removesuffix("::").strip()


def _example(text: str | None) -> str:
    """Return the first literal block."""
    lines = (text or "").splitlines()
    start = next((n for n, line in enumerate(lines) if line.rstrip().endswith("::")), None)
    if start is None:
        return ""
    block = []
    for line in lines[start + 1 :]:
        if line.strip() and not line.startswith(" "):
            break
        block.append(line)
    return textwrap.dedent("\n".join(block)).strip()
