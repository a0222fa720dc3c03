"""What a function's bundle and layers hold, and what its modules import that nothing brings."""

import zipfile
from pathlib import Path

import pytest

from blockwork.testing.bundles import Files
from blockwork.testing.rules.bundles import missing


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
def test_an_import_that_nothing_brings_is_found(line: str, lost: set[str], tmp_path: Path) -> None:
    code = zipped(
        tmp_path / "code.zip",
        {"orders/__init__.py": "", "orders/place.py": "", "orders/ship.py": line},
    )
    layer = zipped(
        tmp_path / "layer.zip",
        {
            "python/msgspec/__init__.py": "",
            "python/single.py": "",
            "python/compiled.cpython-314-aarch64-linux-gnu.so": "",
        },
    )

    assert missing(code, [layer]) == ({"orders/ship.py": lost} if lost else {})
    if lost:
        given = zipped(tmp_path / "more.zip", {f"python/{name}/__init__.py": "" for name in lost})
        assert missing(code, [layer, given]) == {}


def zipped(target: Path, files: dict[str, str]) -> Files:
    with zipfile.ZipFile(target, "w") as bundle:
        for name, text in files.items():
            bundle.writestr(name, text)
    return Files(target)
