"""What an app says of itself, and the ports that it is to have here."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

from blockwork.command.settings import SettingsError, read_settings
from blockwork.doctor.finding import Finding
from blockwork.testing import settings as of_tests

HOST = "127.0.0.1"
PORTS = {0: "AWS's APIs", 1: "the website", 2: "the outside world", 3: "mails"}
"""What the local stage has on its port and on the next ones."""


def settings_findings(folder: Path, *, runs_here: Callable[[], bool]) -> Iterator[Finding]:
    """Yield what is wrong with an app's settings, and which of its ports are taken.

    :param folder: the app's.
    :param runs_here: tells whether they are taken by its own local stage.
    """
    try:
        port = read_settings(folder).local.port
    except SettingsError as error:
        yield _unreadable(error)
        return
    try:
        of_tests.read_settings(folder / "pyproject.toml")
    except of_tests.SettingsError as error:
        yield _unreadable(error)
    taken = [f"{port + n} ({what})" for n, what in PORTS.items() if is_taken(port + n)]
    if taken and not runs_here():
        yield Finding.note(
            f"another program has the ports {', '.join(taken)}",
            why="`blockwork local up` cannot begin, or what is meant for it reaches another one",
            do="end that program, or take other ports: `port = 4600` in [tool.blockwork.local]",
        )


def _unreadable(error: Exception) -> Finding:
    return Finding.problem(
        f"the settings cannot be read: {error}",
        why="every command of this app stops there",
        do="mend the key, or take it out: every one has a default",
    )


def is_taken(port: int) -> bool:
    """Tell whether a program listens on a port of this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as asking:
        return asking.connect_ex((HOST, port)) == 0
