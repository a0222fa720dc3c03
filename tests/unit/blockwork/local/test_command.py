import os
import sys
from pathlib import Path

import pytest

from blockwork.local.command import run
from blockwork.local.errors import CommandError

FAILS = "print('starting'); print(); print('the reason'); raise SystemExit(3)"


def test_a_failure_is_one_message_with_the_end_of_the_log(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "tool.log"
    with pytest.raises(CommandError) as failed:
        run([sys.executable, "-c", FAILS], doing="try it", log=log, env=os.environ, cwd=tmp_path)

    assert str(failed.value) == (
        f"Could not try it (exit code 3).\n\n  starting\n  the reason\n\nThe whole log: {log}"
    )


def test_every_line_is_told_and_kept(tmp_path: Path) -> None:
    log, told = tmp_path / "tool.log", list[str]()
    program = "for word in 'ab': print(word)"

    run(
        [sys.executable, "-c", program],
        doing="count",
        log=log,
        env=os.environ,
        cwd=tmp_path,
        on_line=told.append,
    )

    assert told == ["a", "b"]
    assert log.read_text() == "a\nb\n"
