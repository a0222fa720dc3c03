"""The wheel as another team gets it: built once, installed into an environment of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import uv

ROOT = Path(__file__).parents[2]


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command outside of the repository, with nothing of it on the import path."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the wheel and the source distribution."""
    folder = tmp_path_factory.mktemp("dist")
    built = run(uv.find_uv_bin(), "build", "--out-dir", folder, ROOT, cwd=folder)
    assert built.returncode == 0, built.stderr
    return folder


@pytest.fixture(scope="session")
def other_team(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the example, copied out of the repository and with its requirements in `.venv`."""
    folder = tmp_path_factory.mktemp("elsewhere") / "other_team"
    shutil.copytree(ROOT / "examples" / "other_team", folder)
    install(folder, "requirements.txt", ".venv", dist)
    return folder


@pytest.fixture(scope="session")
def tested_team(other_team: Path, dist: Path) -> Path:
    """Return the same folder, with what its tests need in `.venv-tests`."""
    install(other_team, "requirements-dev.txt", ".venv-tests", dist)
    return other_team


def install(folder: Path, requirements: str, venv: str, dist: Path) -> None:
    """Install a file's requirements into an environment of their own, in versions that we test."""
    ours = ROOT / ("requirements-dev.txt" if "dev" in requirements else "requirements.txt")
    lock = [uv.find_uv_bin(), "pip", "compile", "--generate-hashes", "--find-links", dist]
    lock += ["--constraint", ours, "--output-file", f"{venv}.txt", requirements]
    add = [uv.find_uv_bin(), "pip", "install", "--python", venv, "--find-links", dist]
    add += ["--require-hashes", "--requirements", f"{venv}.txt"]
    for command in ([uv.find_uv_bin(), "venv", "--python", sys.executable, venv], lock, add):
        result = run(*command, cwd=folder)
        assert result.returncode == 0, result.stderr
