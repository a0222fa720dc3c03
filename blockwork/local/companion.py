"""Servers that an app needs beside AWS: they start, stop and are restarted with the emulator."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

PORT = 2
"""How far its port is from the one of AWS's APIs; the next one is for mail, if it takes any."""


@dataclass(frozen=True, kw_only=True)
class Companion:
    """A server of somebody else's that the app speaks to, played on this machine.

    It answers on the port `PORT` after the one of AWS's APIs.

    :param name: what it is to a reader, such as `the outside world`.
    :param offers: what there is to look at, in a few words.
    :param command: starts it.
    :param sources: what it is made of; a change starts it again.
    :param environment: returns its variables, by the port of AWS's APIs and the folder that keeps
        the stage's state. Functions see them too.
    :param health: a path that answers 200 once it is up.
    """

    name: str
    offers: str
    command: tuple[str, ...]
    sources: tuple[Path, ...]
    environment: Callable[[int, Path], Mapping[str, str]]
    health: str = "/health"
