"""The library works with every Python that it says it is for."""

import os
import shutil
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest
import uv

from blockwork.target_python import UnavailableError, environment, python_of
from constructs_lib.primitives.build_target import LAMBDA_GLIBC, LAMBDA_PYTHON
from tests.packaging.conftest import ROOT, run
from tests.target.conftest import had
from tests.unit.constructs_lib.primitives.wheels import pinned

APP = Path(__file__).with_name("every_block.py")
LOCK = ROOT / "requirements-dev.txt"
HERE = f"3.{sys.version_info.minor}"
PYTHONS = list(LAMBDA_GLIBC)


EVERY_PYTHON = "EVERY_PYTHON"
"""Set where each of them must be there, as in the workflow that tests every change."""


def _another(python: str) -> Path:
    def make() -> Path:
        return environment(python_of(python), LOCK, name=f"for-{python}")

    if python == LAMBDA_PYTHON or EVERY_PYTHON in os.environ:
        return had(make)
    try:
        return make()
    except UnavailableError as error:
        pytest.skip(f"shown by the workflow of tests, not here: {error}")


@cache
def templates(python: str, wheel: Path, folder: Path) -> dict[str, str]:
    """Synthesise every block of the wheel with a Python, and return what came of it."""
    interpreter = Path(sys.executable)  # whose packages are those of the same locks, and more
    if python != HERE:
        interpreter = _another(python)
    library, lock = folder / python, folder / "wheel.txt"
    lock.write_text(pinned(wheel))
    install: list[str | Path] = [uv.find_uv_bin(), "pip", "install", "--require-hashes"]
    install += ["--no-deps", "--python", interpreter, "--target", library, "--requirements", lock]
    app = shutil.copy(APP, folder)
    command = ["env", f"PYTHONPATH={library}", interpreter, app, library]
    for each in (install, command):
        done = run(*each, cwd=folder)
        assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip() == f"synthesised by {library / 'constructs_lib' / '__init__.py'}"
    assembly = library / "assembly"
    return {file.name: file.read_text() for file in assembly.glob("*.template.json")}


@pytest.mark.parametrize("python", PYTHONS)
def test_the_wheel_is_imported_and_every_block_gives_the_same_template(
    python: str, dist: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (wheel,) = dist.glob("*.whl")
    folder = tmp_path_factory.getbasetemp() / "pythons"
    folder.mkdir(exist_ok=True)

    made = templates(python, wheel, folder)

    assert made.keys() == {"Every.template.json"}
    assert made == templates(HERE, wheel, folder)


def test_these_are_the_pythons_that_the_wheel_says_it_is_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    said = [each.rpartition(" ")[2] for each in project["classifiers"] if " :: 3." in each]

    assert said == PYTHONS
    assert project["requires-python"] == f">={PYTHONS[0]}"
