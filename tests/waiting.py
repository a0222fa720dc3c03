"""How every test waits: for progress, never for so many seconds.

No test may fail because the machine is slow. So waiting has no end of its own. It goes on as long
as something moves in what is observed, and gives up only when nothing has for PATIENCE. Observe
what tells most: the number of mails, not whether there are enough of them.
"""

import contextlib
import math
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psutil

T = TypeVar("T")

PATIENCE = 90.0
"""Seconds without any change after which nothing is going to happen any more."""
PATIENCE_MS = PATIENCE * 1000
QUIET = 2.0
"""Seconds to watch for what must not come. A slow machine may hide it, but never make it up."""
LOOKS = 100
"""There have been so many as well: where looking itself takes long, the rest does too."""


class NothingMovedError(AssertionError):
    """What was waited for did not come, and nothing else did either."""


def eventually(
    look: Callable[[], T],
    *,
    until: Callable[[T], object] = bool,
    pause: Callable[[float], object] = time.sleep,
) -> T:
    """Look again and again until it is as it should be, and return what is seen.

    :param look: returns what is observed; while that changes, there is progress.
    :param until: tells whether it is as it should be. Default: it is not false or empty.
    :param pause: waits for the seconds between two looks.
    :raises NothingMovedError: when nothing has moved for a long while; says what was seen last.
    """
    began = time.monotonic()
    seen = look()
    looks, moved = 0, time.monotonic()
    took = moved - began
    while not until(seen):
        if looks > LOOKS and time.monotonic() - moved > PATIENCE:
            raise NothingMovedError(f"nothing has moved for {PATIENCE:.0f} s, last seen: {seen!r}")
        # Soon for what comes soon, and half of the time without a look: it takes the machine from
        # what is waited for.
        pause(max(min(0.05 + looks / 1000, 0.3), took))
        began = time.monotonic()
        before, seen = seen, look()
        took = time.monotonic() - began
        looks += 1
        if seen != before:
            looks, moved = 0, time.monotonic()
    return seen


def settled(
    look: Callable[[], T],
    *,
    quiet: float = QUIET,
    pause: Callable[[float], object] = time.sleep,
) -> T:
    """Look until what is seen has not changed for `quiet` seconds, and return it.

    For what must not come.
    """
    seen, moved = look(), time.monotonic()
    while time.monotonic() - moved < quiet:
        pause(0.1)
        before, seen = seen, look()
        if seen != before:
            moved = time.monotonic()
    return seen


def finish(process: subprocess.Popen[str]) -> subprocess.CompletedProcess[str]:
    """Wait until a process ends by itself, and return what it has still said.

    :raises NothingMovedError: if it neither ends nor computes anything; it is killed then.
    """

    def look() -> tuple[str, str] | int:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=0.1)
        return computed(process.pid)

    try:
        said = eventually(look, until=lambda seen: isinstance(seen, tuple))
    except NothingMovedError:
        process.kill()
        raise
    assert isinstance(said, tuple)
    return subprocess.CompletedProcess(process.args, process.returncode, *said)


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, as `finish` does, and return all that it said."""
    process = subprocess.Popen(
        command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with process:
        return finish(process)


def computed(pid: int) -> int:
    """Return how many whole seconds of the processor a process and its children have had."""
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        times = process.cpu_times()
        spent = times.user + times.system + times.children_user + times.children_system
        for child in process.children(recursive=True):
            with contextlib.suppress(psutil.Error):
                spent += sum(child.cpu_times()[:2])
        return math.floor(spent)
    return 0
