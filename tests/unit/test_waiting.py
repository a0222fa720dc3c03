"""Tests wait for progress, whatever it takes."""

import sys
import time
from collections.abc import Callable, Iterator
from itertools import chain, repeat
from pathlib import Path

import pytest

from tests.waiting import NothingMovedError, eventually, run, settled


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """A clock that only moves while somebody pauses, and then by an hour."""
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])

    def pause(seconds: float) -> None:
        now[0] += 3600

    return pause


def test_slow_progress_is_waited_for(clock: Callable[[float], None]) -> None:
    numbers = iter(range(500))

    assert eventually(lambda: next(numbers), until=lambda n: n == 499, pause=clock) == 499


def test_looks_take_no_more_than_half_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now, pauses = [0.0], list[float]()
    monkeypatch.setattr(time, "monotonic", lambda: now[0])

    def look() -> int:
        now[0] += 7
        return len(pauses)

    eventually(look, until=lambda seen: seen == 3, pause=pauses.append)

    assert pauses == [7, 7, 7]


def test_nothing_that_moves_is_given_up(clock: Callable[[float], None]) -> None:
    seen: Iterator[int] = chain([1, 2], repeat(3))

    with pytest.raises(NothingMovedError, match="last seen: 3"):
        eventually(lambda: next(seen), until=lambda n: n == 4, pause=clock)


def test_what_comes_late_is_seen_before_it_is_taken_for_settled(
    clock: Callable[[float], None],
) -> None:
    seen = chain([1, 2], repeat(3))

    assert settled(lambda: next(seen), quiet=3 * 3600, pause=clock) == 3


def test_a_command_is_waited_for_and_says_all_it_has_to(tmp_path: Path) -> None:
    done = run(sys.executable, "-c", "import sys; print('out'); sys.exit('err')", cwd=tmp_path)

    assert (done.returncode, done.stdout, done.stderr) == (1, "out\n", "err\n")
