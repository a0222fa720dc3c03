"""The test kit in a project of another team, run by several at the same time."""

import os
import subprocess
import sys
from pathlib import Path

from tests.packaging.conftest import ROOT
from tests.unit.blockwork.testing.conftest import APP, TESTS, settings, write


def start(project: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Run the tests that write."""
    command = [sys.executable, "-m", "pytest", "-p", "blockwork.pytest_plugin", "--pin-ids"]
    command += ["-k", "template or ids", *arguments]
    return subprocess.Popen(command, cwd=project, env={**os.environ, "PYTHONPATH": str(ROOT)})


def test_runs_at_the_same_time_do_not_meet(tmp_path: Path) -> None:
    (tmp_path / "app_of_theirs.py").write_text(APP)
    (tmp_path / "test_app.py").write_text(TESTS)
    settings(tmp_path)
    write(tmp_path)
    assert start(tmp_path, "--snapshot-update").wait() == 0

    runs = [start(tmp_path) for _ in range(3)]

    assert [one.wait() for one in runs] == [0, 0, 0]
    assert [*tmp_path.glob("pinned_ids*")] == [tmp_path / "pinned_ids.json"]
