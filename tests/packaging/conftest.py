"""The wheel and the source distribution as another team gets them, built once."""

import os
import subprocess
from pathlib import Path

import pytest
import uv

ROOT = Path(__file__).parents[2]


def run(*command: str | Path, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command outside of the repository, with nothing of it on the import path."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    environment |= variables
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
