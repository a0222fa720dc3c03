"""Ports of the local stage: one for AWS's APIs, the next one for the website."""

import socket
import time

from tools.local.errors import LocalStageError

DEFAULT_PORT = 4566
LOWEST, HIGHEST = 1024, 65_534  # HIGHEST leaves room for the website's
HOST = "127.0.0.1"
PATIENCE_SECONDS = 0.5


def check_port(port: int) -> None:
    """Refuse a port that cannot be used, or that somebody else uses.

    :raises LocalStageError: with another port to try.
    """
    if not LOWEST <= port <= HIGHEST:
        raise LocalStageError(
            f"port must be between {LOWEST} and {HIGHEST}, got {port}: choose another:"
            f" make up PORT={DEFAULT_PORT}"
        )
    for number, purpose in ((port, "AWS's APIs"), (port + 1, "the website")):
        if not _becomes_free(number):
            raise LocalStageError(
                f"port {number} is taken, the local stage needs it for {purpose}: choose another:"
                f" make up PORT={_next_free_pair(port)}"
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


def _next_free_pair(port: int) -> int:
    for candidate in range(port + 4, min(port + 400, HIGHEST), 4):
        if is_free(candidate) and is_free(candidate + 1):
            return candidate
    return DEFAULT_PORT
