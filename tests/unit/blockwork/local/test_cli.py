from pathlib import Path

import pytest
from typer.testing import CliRunner

from blockwork.command.commands import app

runner = CliRunner()


def test_the_status_of_a_stage_that_never_ran_says_how_to_start_it(tmp_path: Path) -> None:
    result = runner.invoke(app, ["local", "status", "--directory", str(tmp_path)])

    assert result.exit_code == 1
    assert result.output == "The local stage is not running: make up\n"


@pytest.mark.parametrize("command", ["down", "clean"])
def test_stopping_what_does_not_run_is_no_error(tmp_path: Path, command: str) -> None:
    assert runner.invoke(app, ["local", command, "--directory", str(tmp_path)]).exit_code == 0


def test_what_stands_in_the_way_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    result = runner.invoke(app, ["local", "up", "--directory", str(tmp_path / "file")])

    assert result.exit_code == 1
    assert "cannot be written to" in result.stderr
    assert "Traceback" not in result.output
