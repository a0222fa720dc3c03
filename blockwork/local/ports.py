"""Ports of the local stage, four in a row, and one more for each server of the app's own."""

import socket
import time
from collections.abc import Sequence

from blockwork.command.called import called
from blockwork.command.settings import DEFAULT_PORT
from blockwork.local.errors import LocalStageError

PURPOSES = (
    "AWS's APIs",
    "the website",
    "the outside world",
    "the mail server",
)
LOWEST, HIGHEST = 1024, 65_536 - len(PURPOSES)
HOST = "127.0.0.1"
PATIENCE_SECONDS = 0.5


def check_port(port: int, further: Sequence[str] = ()) -> None:
    """Refuse a port if it, or one of those after it, cannot be used or is in use.

    :param further: who needs the ports after the first four, each one.
    :raises LocalStageError: with another port to try.
    """
    highest = HIGHEST - len(further)
    if not LOWEST <= port <= highest:
        raise LocalStageError(
            f"port must be between {LOWEST} and {highest}, got {port}: choose another:"
            f" {called('local up', port=DEFAULT_PORT)}"
        )
    needs = (*PURPOSES, *further)
    for number, purpose in enumerate(needs, start=port):
        if not _becomes_free(number):
            raise LocalStageError(
                f"port {number} is taken, the local stage needs it for {purpose}: choose another:"
                f" {called('local up', port=_next_free(port, len(needs)))}"
            )


def first_free(start: int) -> int:
    """Return the first port from one on that is free with those after it which a stage needs."""
    return next(
        first
        for first in range(start, HIGHEST, len(PURPOSES))
        if all(is_free(number) for number in range(first, first + len(PURPOSES)))
    )


def is_free(port: int) -> bool:
    """Tell whether this process could listen on the port."""
    with socket.socket() as probe:
        # As servers do: a port whose last connections are still closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _becomes_free(port: int) -> bool:
    # A process that was killed lets go of its ports a moment after it has gone.
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_free(port):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _next_free(port: int, step: int) -> int:
    for candidate in range(port + step, min(port + 100 * step, 65_536 - step), step):
        if all(is_free(number) for number in range(candidate, candidate + step)):
            return candidate
    return DEFAULT_PORT
