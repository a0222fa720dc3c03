"""Keys that customers and providers share, in files that others may change at any time."""

import hmac
from pathlib import Path

from tools.providers.http import Answer, Request

WRONG_KEY = Answer.of(401, {"error": "the API key is wrong"})


class KeyFile:
    """A file with one key, or several separated by white space; without it nobody knows one."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def keys(self) -> list[str]:
        """Return the keys as they are now."""
        return self._file.read_text().split() if self._file.is_file() else []

    def is_known_to(self, request: Request) -> bool:
        """Tell whether a request says one of the keys."""
        sent = request.headers.get("authorization", "").encode()
        return any(hmac.compare_digest(sent, f"Bearer {key}".encode()) for key in self.keys())
