"""One process at a time: the others wait, and say for whom.

A lock is an open file's (`flock`), so it ends with the processes that have it open, killed or not:
there is none to clean up. What a killed one had started, such as the CDK, may still be at work;
it has the file open too, so that nobody begins before it has ended.

Run by `environment.py` too: standard library only, and no syntax newer than Python 3.7.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

LOOK_EVERY_SECONDS = 0.2

_kept: set[int] = set()


def take(file: Path, doing: str, say: Callable[[str], None]) -> int:
    """Wait until nobody else has the lock, and return the open file that keeps it.

    :param file: the lock, made at first use; it stays.
    :param doing: what for, for those who will wait: "make up".
    :param say: told for whom this process waits, whenever that is somebody else.
    :raises OSError: if the file cannot be made, or its file system has no locks.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    said = ""
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            whom = _who(lock)
            if whom and whom != said:
                say(f"Waiting for {whom}.")
                said = whom
            time.sleep(LOOK_EVERY_SECONDS)
        else:
            break
    who = {"doing": doing, "pid": os.getpid(), "since": time.strftime("%Y-%m-%d %H:%M:%S")}
    os.ftruncate(lock, 0)
    os.pwrite(lock, json.dumps(who).encode(), 0)
    return lock


@contextmanager
def kept_open(lock: int) -> Iterator[None]:
    """Keep what `take` has returned while the block runs, and as long as what it calls goes on."""
    _kept.add(lock)
    try:
        yield
        # Who ended well leaves nothing running, and no name where the next is about to write his.
        os.ftruncate(lock, 0)
    finally:
        _kept.discard(lock)
        os.close(lock)


def kept() -> tuple[int, ...]:
    """Return the open files of the locks that this process has, for the tools that it calls."""
    return tuple(_kept)


def to_stderr(sentence: str) -> None:
    """Say it where it is in no result's way."""
    print(sentence, file=sys.stderr, flush=True)


def _who(lock: int) -> str:
    try:
        who = json.loads(os.pread(lock, 1000, 0))
        pid, said = (
            int(who["pid"]),
            f"{who['doing']!r} (process {who['pid']}, since {who['since']})",
        )
    except (ValueError, KeyError, TypeError):
        return ""  # it is about to write who it is
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return f"what {said} has left running: it was killed"
    except PermissionError:
        pass  # somebody else's
    return said
