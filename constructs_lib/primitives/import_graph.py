"""Which modules a module needs, read from the import statements."""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

BY_NAME_AT_RUN_TIME = {"importlib", "pkgutil", "runpy"}
"""Where one of these is imported, statements do not tell which modules are needed."""


def modules_behind(entry: str, source: Path, packages: Iterable[str]) -> set[Path] | None:
    """Return the files that Python loads for a module, as far as they belong to `packages`.

    Every import counts, also those in functions and for type checkers.

    :param entry: such as `orders.handlers.place_order`.
    :param source: the folder on the import path that holds the packages.
    :return: None where modules are also imported by names made at run time.
    """
    ours = tuple(packages)
    found: set[Path] = set()
    waiting, seen = [entry], set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen or name.partition(".")[0] not in ours:
            continue
        seen.add(name)
        waiting.append(name.rpartition(".")[0])
        file = _file(source, name)
        if file is None:
            continue
        found.add(file)
        package = name if file.name == "__init__.py" else name.rpartition(".")[0]
        state = file.stat()
        imported = _imports(file, package, state.st_mtime_ns, state.st_size)
        if any(module.partition(".")[0] in BY_NAME_AT_RUN_TIME for module in imported):
            return None
        waiting.extend(imported)
    return found


def _file(source: Path, name: str) -> Path | None:
    path = source / name.replace(".", "/")
    files = (path.with_name(f"{path.name}.py"), path / "__init__.py")
    return next((file for file in files if file.is_file()), None)


@cache
def _imports(file: Path, package: str, *_state: int) -> frozenset[str]:
    return frozenset(_names(ast.parse(file.read_bytes()), package))


def _names(tree: ast.Module, package: str) -> Iterator[str]:
    """Yield what is imported; of `from a import b` also `a.b`, which may be a module."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                parents = package.split(".")
                base = parents[: len(parents) - level + 1] if level else []
                origin = ".".join([*base, *([module] if module else [])])
                yield origin
                yield from (f"{origin}.{alias.name}" for alias in names)
