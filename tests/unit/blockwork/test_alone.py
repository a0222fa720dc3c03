import fcntl
import os
import re
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from blockwork.local.errors import LocalStageError
from blockwork.local.places import REPOSITORY
from tests.waiting import eventually, settled
from tools.platform import platform_stage

HOLDS = """
import subprocess, sys, time
from pathlib import Path
from typing import Any
from blockwork.alone import kept, kept_open, take, to_stderr
with kept_open(take(Path(sys.argv[1]), sys.argv[2], to_stderr)):
    if "with a tool" in sys.argv[2]:
        tool = subprocess.Popen(["sleep", "600"], pass_fds=kept())
        print(tool.pid, flush=True)
    print("mine", flush=True)
    sys.stdin.readline()
"""
Hold = Callable[[str], "subprocess.Popen[str]"]


@pytest.fixture
def hold(tmp_path: Path) -> Hold:
    """Return what starts a process that takes the lock, says so, and has it until told."""

    def start(doing: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-c", HOLDS, str(tmp_path / "lock"), doing],
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


def line(pipe: object) -> str:
    return str(pipe.readline())  # type: ignore[attr-defined]


def test_the_second_waits_and_says_for_whom(hold: Hold) -> None:
    first = hold("make up")
    assert line(first.stdout) == "mine\n"
    second = hold("make down")
    said = line(second.stderr)

    first.communicate("go on\n")

    assert re.fullmatch(
        rf"Waiting for 'make up' \(process {first.pid}, since [-0-9]{{10}} [:0-9]{{8}}\)\.\n",
        said,
    )
    assert second.communicate("go on\n") == ("mine\n", "")


def test_who_was_killed_is_waited_for_no_longer(hold: Hold) -> None:
    first = hold("make up")
    line(first.stdout)
    first.kill()
    first.communicate()

    second = hold("make up")

    assert second.communicate("go on\n") == ("mine\n", "")


def test_what_who_was_killed_has_started_is_waited_for(hold: Hold) -> None:
    first = hold("make up with a tool")
    tool = int(line(first.stdout))
    line(first.stdout)
    first.send_signal(signal.SIGKILL)
    first.wait()
    second = hold("make up")

    said = line(second.stderr)
    os.kill(tool, signal.SIGTERM)  # it runs: nobody else would be waited for

    assert f"(process {first.pid}, since " in said
    assert "has left running: it was killed" in said
    assert second.communicate("go on\n")[0] == "mine\n"
    first.communicate()


def test_who_ended_well_is_not_said_to_have_left_something_running(
    hold: Hold, tmp_path: Path
) -> None:
    hold("make up").communicate("go on\n")
    with (tmp_path / "lock").open() as not_yet_named:
        fcntl.flock(not_yet_named, fcntl.LOCK_EX)
        waiting = hold("make down")
        assert settled(lambda: readable(waiting.stderr)) is False

    assert waiting.communicate("go on\n") == ("mine\n", "")


def test_a_third_hears_of_the_second_once_it_is_its_turn(hold: Hold) -> None:
    first = hold("the first")
    line(first.stdout)
    others = [hold("another"), hold("another")]
    assert all("'the first'" in line(each.stderr) for each in others)

    first.communicate("go on\n")
    winner = eventually(lambda: next((e for e in others if readable(e.stdout)), None))
    assert winner is not None
    (loser,) = (each for each in others if each is not winner)

    assert f"(process {winner.pid}, " in line(loser.stderr)
    winner.communicate("go on\n")
    assert loser.communicate("go on\n")[0] == "mine\n"


def readable(pipe: Any) -> bool:
    return bool(select.select([pipe], [], [], 0)[0])


def test_a_stage_whose_lock_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "stage.lock").mkdir()

    with pytest.raises(LocalStageError, match="cannot be written to"):
        platform_stage(tmp_path).down()


def test_stopping_what_was_never_there_leaves_nothing(tmp_path: Path) -> None:
    platform_stage(tmp_path / "none").down()
    platform_stage(tmp_path / "none").clean()

    assert list(tmp_path.iterdir()) == []
