"""The reference platform on the wheel alone: it uses what every other team can have."""

import ast
import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.account import ROOT
from tests.examples.team import NOT_COPIED, UNVALIDATED, Team, must
from tests.packaging.conftest import run

PLATFORM = ("stacks", "lambda_src", "site")
LIBRARY = ("blockwork", "constructs_lib")
PACKAGES = ("constructs_lib.blocks.", "constructs_lib.primitives.")
FILES = ("app.py", "cdk.json", "package.json", "stages.toml")
PROJECT = """
[project]
name = "platform"
version = "0"
requires-python = ">=3.11"
dependencies = ["blockwork-cdk", "psutil"]
"""


class PlatformTeam(Team):
    """Whoever runs the platform, with none of the library's sources beside it."""

    def _copy(self) -> None:
        for name in PLATFORM:
            shutil.copytree(ROOT / name, self.folder / name, ignore=NOT_COPIED)
        for name in FILES:
            shutil.copy(ROOT / name, self.folder)
        (self.folder / "pyproject.toml").write_text(PROJECT)


def templates(assembly: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in assembly.glob("*.template.json")}


def test_the_platform_is_the_same_on_the_wheel(
    wheels: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    team = PlatformTeam("platform", tmp_path_factory.mktemp("elsewhere"), wheels)
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    said = {"CDK_CONTEXT_JSON": json.dumps({**context, "stage": "dev"}), **UNVALIDATED}
    here, path = tmp_path_factory.mktemp("here"), os.environ["PATH"]

    must(team.run(team.python, "app.py", cwd=None, CDK_OUTDIR="cdk.out", **said))
    must(run(sys.executable, "app.py", cwd=ROOT, CDK_OUTDIR=str(here), PATH=path, **said))

    assert not (team.folder / "blockwork").exists()
    assert len(templates(here)) > 5
    assert templates(team.folder / "cdk.out") == templates(here)


def imports_of_the_library() -> Iterator[tuple[str, str, str]]:
    """Yield the file, the module and the name of each import of the library by who uses it."""
    for folder in ("stacks", "lambda_src", "examples"):
        for file in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(LIBRARY):
                    path = file.relative_to(ROOT).as_posix()
                    yield from ((path, str(node.module), alias.name) for alias in node.names)


def test_who_uses_the_library_imports_public_names_only() -> None:
    found = list(imports_of_the_library())

    assert len(found) > 100
    private = [
        each
        for each in found
        if any(word.startswith("_") for word in ".".join(each[1:]).split("."))
    ]
    assert private == []
    inside = [each for each in found if each[1].startswith(PACKAGES)]
    assert inside == [], "export it from the package's __init__.py, where teams look for it"
