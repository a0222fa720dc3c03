"""The tests that each team has written with the test kit of the wheel."""

import shutil
import subprocess
from pathlib import Path

from tests.account import ROOT
from tests.examples.team import NOT_COPIED, Team, must


def run_tests(team: Team, folder: Path) -> subprocess.CompletedProcess[str]:
    return team.run(team.bin / "pytest", "--snapshot-no-colors", cwd=folder)


def checkout(team: Team, folder: Path) -> Path:
    """Return the app as its team has committed it."""
    shutil.copytree(ROOT / "examples" / team.name, folder, ignore=NOT_COPIED)
    if (team.folder / "node_modules").exists():
        (folder / "node_modules").symlink_to(ROOT / "node_modules")
    return folder


def test_the_plugin_comes_with_the_wheel_and_each_team_passes(
    examples: list[Team], tmp_path: Path
) -> None:
    for team in examples:
        said = must(run_tests(team, checkout(team, tmp_path / team.name)))
        assert "blockwork-cdk-" in said  # the header names the plugins


def test_a_renamed_block_and_a_forgotten_variable_fail_with_the_way_out(
    orders: Team, tmp_path: Path
) -> None:
    folder = checkout(orders, tmp_path / "orders")
    app = folder / "app.py"
    app.write_text(app.read_text().replace('"Failures"', '"Lost"'))
    handler = folder / "src" / "orders" / "ship_order.py"
    forgotten = "import os\n\n\ndef depot() -> str:\n    return os.environ['DEPOT']\n"
    handler.write_text(f"{handler.read_text()}\n\n{forgotten}")

    said = run_tests(orders, folder).stdout

    failed = {line.split()[1] for line in said.splitlines() if line.startswith("FAILED ")}
    assert failed == {
        "tests/test_templates.py::test_the_template_is_the_reviewed_one[Orders]",
        "tests/test_templates.py::test_what_holds_data_keeps_its_identity",
        "tests/test_templates.py::test_handlers_are_given_what_they_read",
    }, said
    assert "Orders/FailuresQueueB0898B50 (AWS::SQS::Queue) holds data and is gone" in said
    assert "orders.ship_order.handler reads DEPOT, and the template gives" in said
