"""What a function imports is in what it is given: its code, its layers, or surely the runtime."""

import ast
import io
import sys
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.snapshot.conftest import Template

RUNTIME_BRINGS = {
    "boto3": "AWS Lambda, Python runtimes: SDK included",
    "botocore": "boto3 stands on it",
    "urllib3": "botocore stands on it: 1.26 or 2, tests/packaging tries both",
}
"""Of third-party modules these alone, and only what every version of them has."""


def test_what_a_function_imports_is_in_its_bundle_its_layers_or_the_runtime(
    stack_name: str, templates: dict[str, Template], assemblies: dict[str, Path]
) -> None:
    resources = templates[stack_name]["Resources"]
    folder = assemblies[stack_name]

    def asset(code: dict[str, Any]) -> bytes:
        return read_asset(folder / f"asset.{code['S3Key']}")

    for name, resource in resources.items():
        if resource["Type"] == "AWS::Lambda::Function":
            function = resource["Properties"]
            assert function["Runtime"].startswith("python"), f"{name}: no rule for its imports yet"
            layers = [
                asset(resources[layer["Ref"]]["Properties"]["Content"])
                for layer in function.get("Layers", [])
            ]
            assert missing(asset(function["Code"]), layers) == {}, (
                f"{stack_name}/{name} imports what nothing brings to AWS: add it to the"
                " requirements.in of its layer (`make lock`), or, if every version of the runtime"
                " has it, to RUNTIME_BRINGS with the reason"
            )


@pytest.mark.parametrize(
    ("line", "lost"),
    [
        ("import requests", {"requests"}),
        ("import requests.adapters, json", {"requests"}),
        ("from requests import get", {"requests"}),
        ("def handler():\n    from yaml import load", {"yaml"}),
        ("try:\n    import yaml\nexcept ImportError:\n    yaml = None", {"yaml"}),
        ("from importlib import import_module\nimport_module('yaml')", {"yaml"}),
        ("__import__('yaml.reader')", {"yaml"}),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import yaml", set()),
        (
            "import typing\nif typing.TYPE_CHECKING:\n    import yaml\nelse:\n    import toml",
            {"toml"},
        ),
        ("import os, zoneinfo\nfrom botocore.config import Config", set()),
        ("import orders.place\nfrom . import place\nfrom .place import PENCE", set()),
        ("import msgspec.json\nimport single\nimport compiled", set()),
    ],
)
def test_an_import_that_nothing_brings_is_found(line: str, lost: set[str]) -> None:
    code = zipped({"orders/__init__.py": "", "orders/place.py": "", "orders/ship.py": line})
    layer = zipped(
        {
            "python/msgspec/__init__.py": "",
            "python/single.py": "",
            "python/compiled.cpython-314-aarch64-linux-gnu.so": "",
        }
    )

    assert missing(code, [layer]) == ({"orders/ship.py": lost} if lost else {})
    if lost:
        given = zipped({f"python/{name}/__init__.py": "" for name in lost})
        assert missing(code, [layer, given]) == {}


def missing(code: bytes, layers: list[bytes]) -> dict[str, set[str]]:
    """Return what nothing brings, by the module of the function's code that imports it."""
    known = {*sys.stdlib_module_names, *RUNTIME_BRINGS, *_modules(code, "")}
    for layer in layers:
        known |= _modules(layer, "python/")
    lost = {name: modules - known for name, modules in _imported(code).items()}
    return {name: modules for name, modules in lost.items() if modules}


# Stages have most assets in common, and stacks their layers.
@cache
def read_asset(file: Path) -> bytes:
    return file.read_bytes()


@cache
def _imported(code: bytes) -> dict[str, set[str]]:
    """Return what each module of a function's code imports."""
    with zipfile.ZipFile(io.BytesIO(code)) as bundle:
        return {
            name: {*_imports(ast.parse(bundle.read(name)))}
            for name in bundle.namelist()
            if name.endswith(".py")
        }


@cache
def _modules(zipped: bytes, prefix: str) -> set[str]:
    with zipfile.ZipFile(io.BytesIO(zipped)) as bundle:
        names = [n.removeprefix(prefix) for n in bundle.namelist() if n.startswith(prefix)]
    tops = {name.partition("/")[0] for name in names if name.endswith((".py", ".so"))}
    return {top.partition(".")[0] for top in tops}


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


def zipped(files: dict[str, str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as bundle:
        for name, text in files.items():
            bundle.writestr(name, text)
    return target.getvalue()
