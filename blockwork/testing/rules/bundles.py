"""What a function is given to run with."""

import ast
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from blockwork.testing import node_imports
from blockwork.testing.bundles import Files, code_of, language_of, layers_of, top_of
from blockwork.testing.judging import Finding, rule
from blockwork.testing.synthesis import SynthesisedApp

RUNTIME_BRINGS = {
    "boto3": "AWS Lambda, Python runtimes: SDK included",
    "botocore": "boto3 stands on it",
    "urllib3": "botocore stands on it: 1.26 or 2",
}
"""Of third-party modules these alone, and only what every version of them has."""


@rule(
    why="what nothing brings to AWS fails there at the import, on this machine it is installed",
)
def imports(app: SynthesisedApp) -> Iterator[Finding]:
    """Bring what a function imports in its bundle or its layers."""
    for function in app.of_type("AWS::Lambda::Function"):
        code, layers = code_of(function), layers_of(function)
        if code is not None and layers is not None:
            is_node = language_of(function) == "nodejs"
            lacks = node_imports.missing if is_node else missing
            for module, lost in lacks(code, layers).items():
                yield Finding(
                    at=str(function),
                    says=f"{module} imports {', '.join(sorted(lost))}, which neither the bundle, "
                    "nor a layer, nor Lambda's runtime brings: "
                    + ("bundle it" if is_node else "add it to the requirements"),
                )


def missing(code: Files, layers: Sequence[Files]) -> dict[str, set[str]]:
    """Return what nothing brings, by the module of the function's code that imports it."""
    known = {*sys.stdlib_module_names, *RUNTIME_BRINGS, *_modules(code, "")}
    for layer in layers:
        known |= _modules(layer, "python/")
    lost = {name: {*modules} - known for name, modules in _imported(code).items()}
    return {name: modules for name, modules in lost.items() if modules}


@cache
def _imported(code: Files) -> dict[str, frozenset[str]]:
    """Return what each of a team's own modules imports."""
    files = code.read(*(name for name in code.own if name.endswith(".py")))
    return {name: _imports_of(text) for name, text in files}


@cache
def _imports_of(text: bytes) -> frozenset[str]:
    return frozenset(_imports(ast.parse(text)))


@cache
def _modules(files: Files, prefix: str) -> set[str]:
    names = [name.removeprefix(prefix) for name in files.names if name.startswith(prefix)]
    # Layers also have what is installed for one version of Python.
    deep = "lib/python"
    names += [name.split("/site-packages/", 1)[-1] for name in names if name.startswith(deep)]
    return {top_of(name) for name in names if name.endswith((".py", ".so"))}


def _imports(node: ast.AST) -> Iterator[str]:
    """Yield the first part of each module's name that running the code may import."""
    match node:
        case ast.If(test=ast.Name("TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
            children: Any = node.orelse
        case ast.Import(names=names):
            yield from (alias.name.partition(".")[0] for alias in names)
            return
        case ast.ImportFrom(module=str(module), level=0):
            yield module.partition(".")[0]
            return
        case ast.Call(
            func=ast.Name("import_module" | "__import__") | ast.Attribute(attr="import_module"),
            args=[ast.Constant(value=str(module)), *_],
        ):
            yield module.partition(".")[0]
            return
        case _:
            children = ast.iter_child_nodes(node)
    for child in children:
        yield from _imports(child)
