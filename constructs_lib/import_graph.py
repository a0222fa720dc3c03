"""Which modules a module needs, read from what is written in it."""

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from constructs_lib.runtime_kit import refuse_of_the_library

BY_NAME_AT_RUN_TIME = {"importlib", "pkgutil", "runpy", "pydoc", "pickle", "zipimport"}
"""Where one of these is imported, statements do not tell which modules are needed."""
CALLED_AT_RUN_TIME = {"__import__", "exec", "eval"}
"""Nor where one of these is called."""
SETS_NAMES = {"exec", "globals", "setattr", "vars"}
"""What is called to give a module a name that no statement has."""
OF_THEIR_OWN = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)
"""What has names of its own, which are none of the module's."""
COMPILED = {".so", ".pyd", ".pyc"}
DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)+")


def modules_behind(entry: str, packages: Mapping[str, Path]) -> dict[str, Path] | None:
    """Return the files that Python loads for a module, as far as they belong to `packages`.

    Every import counts, also those in functions and for type checkers, and so does every text that
    is the name of a module, such as `orders.jobs` or `orders.jobs:run`.

    :param entry: such as `orders.handlers.place_order`.
    :param packages: by their names, each with the folder on the import path that holds it.
    :return: by their names below that folder; None where modules are also imported by names made at
        run time.
    :raises ValueError: where a module beside the entry's package is imported that is not in
        `packages`, or one of the library that is not for functions; names file and line.
    """
    found: dict[str, Path] = {}
    waiting, seen = [entry], set[str]()
    knows_all = True
    while waiting:
        name = waiting.pop()
        source = packages.get(name.partition(".")[0])
        if name in seen or source is None:
            continue
        seen.add(name)
        waiting.append(name.rpartition(".")[0])
        if name.endswith(".*"):
            folder = source / name[:-2].replace(".", "/")
            inside = {file.name.partition(".")[0] for file in folder.glob("*")} - {"__init__"}
            waiting.extend(f"{name[:-2]}.{module}" for module in inside if module.isidentifier())
            continue
        file = _file(source, name)
        if file is None:
            # What is compiled does not say what it imports.
            path = source / name.replace(".", "/")
            compiled = (file.suffix in COMPILED for file in path.parent.glob(f"{path.name}.*"))
            knows_all = knows_all and not any(compiled)
            continue
        found[file.relative_to(source).as_posix()] = file
        package = name if file.name == "__init__.py" else name.rpartition(".")[0]
        state = file.stat()
        imported = _imports(file, package, state.st_mtime_ns, state.st_size)
        for module, line in imported.items():
            top = module.partition(".")[0]
            knows_all = knows_all and top not in BY_NAME_AT_RUN_TIME | CALLED_AT_RUN_TIME
            if line and top not in packages and top not in sys.stdlib_module_names:
                _refuse_if_left_out(file, line, top, packages)
            if line:
                refuse_of_the_library(file, line, module)
        waiting.extend(imported)
    return found if knows_all else None


def _refuse_if_left_out(file: Path, line: int, top: str, packages: Mapping[str, Path]) -> None:
    first, source = next(iter(packages.items()))
    if (source / f"{top}.py").is_file() or any((source / top).glob("**/*.py")):
        raise ValueError(
            f"{file}:{line}: what is imported must be in {', '.join(packages)}, got {top!r}, "
            "which the bundle leaves out: add it to `shared` of the service, "
            f"or move it into {first}"
        )


def _file(source: Path, name: str) -> Path | None:
    path = source / name.replace(".", "/")
    files = (path / "__init__.py", path.with_name(f"{path.name}.py"))  # Python's order
    return next((file for file in files if file.is_file()), None)


@cache
def _imports(file: Path, package: str, *_state: int) -> dict[str, int]:
    """Return what a file imports, each with the first line that does; 0 where it is but a text."""
    found: dict[str, int] = {}
    for name, line in _names(_parsed(file), package):
        found[name] = found.get(name) or line
    return found


def _names(tree: ast.Module, package: str) -> Iterator[tuple[str, int]]:
    """Yield what is imported; of `from a import b` also `a.b`, which may be a module."""
    for_checkers = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for statement in node.body
        for inner in ast.walk(statement)
    }
    for node in ast.walk(tree):
        line = 0 if id(node) in for_checkers else getattr(node, "lineno", 0)
        match node:
            case ast.Import(names=names):
                yield from ((alias.name, line) for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                parents = package.split(".")
                base = parents[: len(parents) - level + 1] if level else []
                origin = ".".join([*base, *([module] if module else [])])
                yield origin, line
                yield from ((f"{origin}.{alias.name}", line) for alias in names)
            case ast.Call(func=ast.Name(id=name)) if name in CALLED_AT_RUN_TIME:
                yield name, 0
            case ast.Constant(value=str(text)) if DOTTED.fullmatch(text.partition(":")[0]):
                yield text.partition(":")[0], 0


def defines(file: Path, wanted: str) -> bool:
    """Tell whether a module has a name once it is loaded, as far as statements tell.

    One that imports `*`, or may set names of its own while it runs, may have it.
    """
    tree = _parsed(file)
    anywhere = ast.walk(tree)
    return any(_gives(node, wanted) for node in _loaded(tree)) or any(
        isinstance(node, ast.Global) and wanted in node.names for node in anywhere
    )


def _loaded(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield what gives a module its names: not what is within a function, class or loop's value."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, OF_THEIR_OWN):
            waiting.extend(ast.iter_child_nodes(node))


def _gives(node: ast.AST, wanted: str) -> bool:
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return name in (wanted, "__getattr__")  # what a module has not: PEP 562
        case ast.Name(id=name, ctx=ast.Store()):
            return name == wanted
        case ast.alias(name=name, asname=asname):
            return wanted == (asname or name) or name == "*"
        case ast.Call(func=ast.Name(id=name)):
            return name in SETS_NAMES
    return False


def _parsed(file: Path) -> ast.Module:
    try:
        return ast.parse(file.read_bytes(), filename=str(file))
    except SyntaxError as error:
        raise ValueError(f"{file}:{error.lineno}: this is no Python: {error.msg}") from error
