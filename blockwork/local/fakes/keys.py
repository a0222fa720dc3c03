"""Secrets that customers and fakes share, in files that others may change at any time."""

import hmac
import secrets
from pathlib import Path

from blockwork.local.fakes.http import Request


class KeyFile:
    """A file with one key, or several separated by white space; without it nobody knows one.

    Two keys are for the time of a change: customers may say either, a fake signs by the first.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def keys(self) -> list[str]:
        """Return the keys as they are now."""
        return self._file.read_text().split() if self._file.is_file() else []

    def is_known_to(self, request: Request) -> bool:
        """Tell whether a request says one of the keys: `Authorization: Bearer …`."""
        sent = request.headers.get("authorization", "").encode()
        return any(hmac.compare_digest(sent, f"Bearer {key}".encode()) for key in self.keys())

    def made(self) -> str:
        """Return what the file holds; a key is made for it at first use."""
        if not self._file.is_file():
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.touch(mode=0o600)
            self._file.write_text(secrets.token_urlsafe(32))
        return self._file.read_text()


def key_file(state: Path, fake: str, secret: str) -> KeyFile:
    """Return the file of a secret in the folder of a stage's state."""
    return KeyFile(folder_of(state, fake) / f"{secret}.key")


def folder_of(state: Path, fake: str) -> Path:
    """Return the folder in which a fake remembers, in the folder of a stage's state."""
    return state / "outside" / fake
