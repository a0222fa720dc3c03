"""Which environment variables an entry point reads, found in the sources it is made of.

What the libraries read (`AWS_…`, `POWERTOOLS_…`) is theirs to document and left out; what Lambda
sets itself (`AWS_LAMBDA_…`) need not be given.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[3]
LAMBDA_SRC = ROOT / "lambda_src"
SOURCES = (LAMBDA_SRC, ROOT / "constructs_lib" / "runtime", ROOT)


def variables_read_by(module: str) -> set[str]:
    """Return the names for a module such as `catalog.handlers.get_product` or a block's own."""
    found: set[str] = set()
    pending, seen = [module], set[str]()
    while pending:
        name = pending.pop()
        files = [folder / f"{name.replace('.', '/')}.py" for folder in SOURCES]
        source = next((file for file in files if file.is_file()), None)
        if name in seen or source is None:
            continue
        seen.add(name)
        read, imported = _read(source, package=name.rpartition(".")[0])
        found.update(name for name in read if not name.startswith("AWS_LAMBDA_"))
        pending.extend(imported)
    return found


@cache
def _read(source: Path, *, package: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return a file's variables and imports, found once: most entry points share their modules."""
    tree = ast.parse(source.read_text(encoding="utf-8"))
    return tuple(_variables(tree)), tuple(_imports(tree, package=package))


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


def _imports(tree: ast.Module, *, package: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            module = f"{package}.{node.module}" if node.level else node.module
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)
