"""The command from outside: what it lists, completes, refuses and ends with."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from blockwork.alone import take
from blockwork.command.commands import COMMANDS
from tests.unit.blockwork.command.program import ROOT, an_app, blockwork

SCREEN = 40
"""Lines of a terminal."""


def test_the_list_of_commands_fits_on_a_screen_a_line_each() -> None:
    said = blockwork("--help").stdout.splitlines()

    assert len(said) <= SCREEN
    assert max(map(len, said)) <= 80
    for name, command in COMMANDS.items():
        assert [line for line in said if f"│ {name} " in line and command.says in line], name


def test_so_do_makes_targets() -> None:
    said = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)

    lines = said.stdout.splitlines()
    assert len(lines) <= SCREEN
    assert max(map(len, lines)) <= 80


def test_the_list_is_told_without_what_the_commands_need() -> None:
    told = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "blockwork", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    loaded = {line.rsplit("|", 1)[-1].strip() for line in told.stderr.splitlines()}
    assert "typer" in loaded
    assert loaded.isdisjoint({"aws_cdk", "boto3", "httpx", "psutil", "blockwork.local.stage"})


STAGES = """
[tool.blockwork.stages.blue]
region = "eu-west-1"
[tool.blockwork.stages.green]
profile = "green"
"""


def completed(line: str, cwd: Path) -> list[str]:
    words = line.split(" ")
    asked = {"COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    return blockwork(cwd=cwd, _BLOCKWORK_COMPLETE="complete_bash", **asked).stdout.split()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("blockwork fail", ["failures"]),
        ("blockwork local st", ["status"]),
        ("blockwork failures list --stage ", ["local", "blue", "green"]),
        ("blockwork events tail --stage g", ["green"]),
    ],
)
def test_the_shell_completes_commands_and_stages(
    line: str, words: list[str], tmp_path: Path
) -> None:
    assert completed(line, an_app(tmp_path, STAGES)) == words


def test_a_stage_that_is_none_is_refused_with_those_there_are(tmp_path: Path) -> None:
    refused = blockwork("failures", "list", "--stage", "prod", cwd=an_app(tmp_path, STAGES))

    assert refused.returncode == 2
    assert "must be one of local, blue, green, got" in " ".join(refused.stderr.split())


def test_stages_may_be_named_by_a_file_of_the_app(tmp_path: Path) -> None:
    app = an_app(tmp_path, '[tool.blockwork]\nstages_file = "ours.toml"\n')
    (app / "ours.toml").write_text('[red]\nregion = "eu-west-1"\naccount = "1"\n')

    refused = blockwork("failures", "list", "--stage", "prod", cwd=app)

    assert "must be one of local, red, got" in " ".join(refused.stderr.split())


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("[tool.blockwork]\nstage = 1\n", "unknown field `stage`"),
        ('[tool.blockwork.local]\nport = "x"\n', "Expected `int`, got `str` - at `$.local.port`"),
        ("[tool.blockwork\n", "cannot be read"),
        ('[tool.blockwork.local]\napp = "nowhere:App"\n', "local.app must name what can be"),
    ],
)
def test_a_setting_that_is_none_is_refused_as_not_called_rightly(
    settings: str, said: str, tmp_path: Path
) -> None:
    refused = blockwork("local", "status", cwd=an_app(tmp_path, settings))

    assert refused.returncode == 2
    assert said in refused.stderr
    assert str(tmp_path) in refused.stderr
    assert "Traceback" not in refused.stderr


def test_an_app_without_any_setting_is_told_the_command_itself(tmp_path: Path) -> None:
    below = an_app(tmp_path) / "src"
    below.mkdir()

    told = blockwork("local", "status", cwd=below)

    assert (told.returncode, told.stdout) == (
        1,
        "The local stage is not running: blockwork local up\n",
    )
    assert json.loads(blockwork("local", "status", "--json", cwd=below).stdout) == {
        "running": False,
        "directory": str(tmp_path / ".local"),
    }


def test_people_are_told_what_their_app_calls_a_command(tmp_path: Path) -> None:
    said = '[tool.blockwork.called]\n"local up" = "just up"\n'

    told = blockwork("local", "status", cwd=an_app(tmp_path, said))

    assert told.stdout == "The local stage is not running: just up\n"


def test_what_is_not_installed_is_named_with_the_extra_that_brings_it() -> None:
    without = "import sys; sys.modules['psutil'] = None; from blockwork.command.commands import app"

    told = subprocess.run(
        [sys.executable, "-c", f"{without}; app()", "local", "status"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.returncode == 1
    assert told.stderr == (
        "error: 'blockwork local' needs psutil, which is not installed:"
        " pip install 'blockwork-cdk[local]'\n"
    )


def test_ctrl_c_ends_with_130(tmp_path: Path) -> None:
    app = an_app(tmp_path)
    (app / ".local").mkdir()
    lock = take(app / ".local" / "stage.lock", "another", print)
    command = [sys.executable, "-m", "blockwork", "local", "down", "--directory", f"{app}/.local"]
    waits = subprocess.Popen(
        command,
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        # As a terminal starts it: what a shell runs in the background is deaf to Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )

    assert "Waiting for 'another'" in str(waits.stderr and waits.stderr.readline())
    waits.send_signal(signal.SIGINT)

    waits.communicate()
    assert waits.returncode == 130
    os.close(lock)
