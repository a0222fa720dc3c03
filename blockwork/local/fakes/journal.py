"""What a fake must not forget, a line each, whatever becomes of its process."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class Journal:
    """A file that only grows.

    A process that is killed while it writes leaves half a line, of which nobody was told anything:
    it is cut off by who opens the file next.

    :param file: made when it is needed.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def entries(self) -> list[dict[str, Any]]:
        """Return everything that was noted, the oldest first."""
        if not self._file.is_file():
            return []
        content = self._file.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if whole != content:
            with self._file.open("r+b") as file:
                file.truncate(len(whole))
        return [json.loads(line) for line in whole.splitlines()]

    def note(self, entry: Mapping[str, Any]) -> None:
        """Add an entry; it outlives the process once this returns."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("ab") as file:
            file.write(json.dumps(entry).encode() + b"\n")
