"""What the wheel and the source distribution hold."""

import tarfile
import zipfile
from pathlib import Path

from tests.packaging.conftest import ROOT


def library_files() -> set[str]:
    return {
        file.relative_to(ROOT).as_posix()
        for package in ("blockwork", "constructs_lib")
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }


def wheel_files(dist: Path) -> dict[str, bytes]:
    (wheel,) = dist.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name[-1] != "/"}


def test_the_wheel_holds_the_whole_library_and_nothing_else(dist: Path) -> None:
    files = {name for name in wheel_files(dist) if ".dist-info/" not in name}

    assert files == library_files()
    assert {
        "blockwork/py.typed",
        "constructs_lib/py.typed",
        "constructs_lib/runtime/site_request/pages.js",
        "constructs_lib/runtime/spa_fallback.js",
    } <= files


def test_the_wheel_asks_for_what_the_library_imports_and_carries_its_licence(dist: Path) -> None:
    files = {
        name.split(".dist-info/")[1]: body
        for name, body in wheel_files(dist).items()
        if ".dist-info/" in name
    }
    metadata = files["METADATA"].decode()

    asked = [line for line in metadata.splitlines() if line.startswith("Requires-Dist")]
    assert [line.split(">=")[0] for line in asked if "extra ==" not in line] == [
        "Requires-Dist: aws-cdk-lib",
        "Requires-Dist: constructs",
        "Requires-Dist: uv",
    ]
    assert b"Copyright (c) 2026 The Blockwork authors" in files["licenses/LICENSE"]


def test_the_source_distribution_holds_what_the_wheel_is_built_from(dist: Path) -> None:
    (source,) = dist.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        files = {member.name.split("/", 1)[1] for member in archive if member.isfile()}

    about = {"LICENSE", "README.md", "PKG-INFO", "pyproject.toml", "pyproject.toml.orig"}
    assert files - about == library_files()
