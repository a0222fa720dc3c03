"""The reference platform on the wheel alone: it uses what every other team can have."""

import ast
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.account import ROOT
from tests.examples.team import UNVALIDATED, Team, must
from tests.packaging.conftest import run

LIBRARY = ("blockwork", "constructs_lib")
PACKAGES = ("constructs_lib.blocks.", "constructs_lib.primitives.")


def templates(assembly: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in assembly.glob("*.template.json")}


def test_the_platform_is_the_same_on_the_wheel(
    teams: dict[str, Team], tmp_path_factory: pytest.TempPathFactory
) -> None:
    team = teams["platform"]
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    said = {"CDK_CONTEXT_JSON": json.dumps({**context, "stage": "dev"}), **UNVALIDATED}
    here, path = tmp_path_factory.mktemp("here"), os.environ["PATH"]

    must(team.run(team.bin / "python", "app.py", cwd=None, CDK_OUTDIR="cdk.out", **said))
    must(run(sys.executable, "app.py", cwd=ROOT, CDK_OUTDIR=str(here), PATH=path, **said))

    assert not (team.folder / "blockwork").exists()
    assert len(templates(here)) > 5
    assert templates(team.folder / "cdk.out") == templates(here)


def test_every_team_uses_the_installed_library(teams: dict[str, Team]) -> None:
    for team in teams.values():
        tell = "import constructs_lib; print(constructs_lib.__file__)"
        where = must(team.run(team.bin / "python", "-c", tell))
        assert where.startswith(str(team.bin.parent))


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
