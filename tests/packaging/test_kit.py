"""The test kit as another team has it: the wheel's plugin, its own app, no repository."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.packaging.conftest import run


@pytest.fixture
def checkout(tested_team: Path, tmp_path: Path) -> Path:
    """Return a copy of the team's app that may be changed."""
    folder = tmp_path / "other_team"
    shutil.copytree(tested_team, folder, ignore=shutil.ignore_patterns(".venv*", "cdk.out"))
    (folder / ".venv-tests").symlink_to(tested_team / ".venv-tests")
    return folder


def run_tests(folder: Path) -> subprocess.CompletedProcess[str]:
    python = folder / ".venv-tests/bin/python"
    return run(python, "-m", "pytest", "--snapshot-no-colors", cwd=folder)


def test_the_plugin_comes_with_the_wheel_and_the_example_passes(checkout: Path) -> None:
    passes = run_tests(checkout)

    assert passes.returncode == 0, passes.stdout
    assert "blockwork-cdk-" in passes.stdout  # the header names the plugins


def test_a_renamed_block_and_a_forgotten_variable_fail_with_the_way_out(checkout: Path) -> None:
    app = checkout / "app.py"
    text = app.read_text()
    app.write_text(text.replace('"Failures"', '"Lost"'))
    handler = checkout / "src" / "orders" / "ship_order.py"
    handler.write_text(f"{handler.read_text()}\nimport os\n\nDEPOT = os.environ['DEPOT']\n")

    said = run_tests(checkout).stdout

    failed = {line.split()[1] for line in said.splitlines() if line.startswith("FAILED ")}
    assert failed == {
        "tests/test_app.py::test_the_template_is_the_reviewed_one[Orders]",
        "tests/test_app.py::test_what_holds_data_keeps_its_identity",
        "tests/test_app.py::test_handlers_are_given_what_they_read",
    }
    assert "Orders/FailuresQueueB0898B50 (AWS::SQS::Queue) holds data and is gone" in said
    assert "orders.ship_order.handler reads DEPOT, and the template gives" in said
