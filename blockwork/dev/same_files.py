"""Which file of a function is which source, where both lie on this machine.

A function runs from its unpacked code and layers, the editor shows the app's files. They belong
together where the end of the paths and the content are the same.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

NOT_SOURCES = ("node_modules", "cdk.out", "__pycache__", "venv")
MOST_FILES = 20_000
"""Of the app's, beyond which no more are looked at: a folder too many is better named."""


class Sources:
    """The sources that an editor shows.

    :param app: the app's folder.
    """

    def __init__(self, app: Path) -> None:
        self.app = app.absolute()

    def places(self, source: str, roots: Sequence[str]) -> list[str]:
        """Return every path that a source runs under: its own, and those below `roots`."""
        parts = Path(source).parts
        found = [source]
        for root in roots:
            for start in range(1, len(parts)):
                place = Path(root, *parts[start:])
                if str(place) != source and _are_same(place, Path(source)):
                    found.append(str(place))
                    break
        return found

    def source(self, place: str, roots: Sequence[str]) -> str:
        """Return the source of what runs below one of `roots`; the path itself without one."""
        for root in roots:
            if not Path(place).is_relative_to(root):
                continue
            inside = Path(place).relative_to(root)
            for candidate in self._candidates(inside):
                if _are_same(candidate, Path(place)):
                    return str(candidate)
        return place

    def _candidates(self, inside: Path) -> Iterator[Path]:
        for file in self._files.get(inside.name, []):
            if file.parts[-len(inside.parts) :] == inside.parts:
                yield file
        for folder in sys.path:
            if folder.endswith("site-packages"):
                yield Path(folder, inside)

    @cached_property
    def _files(self) -> dict[str, list[Path]]:
        files: dict[str, list[Path]] = {}
        count = 0
        for folder, folders, names in os.walk(self.app):
            folders[:] = [
                name for name in folders if not name.startswith(".") and name not in NOT_SOURCES
            ]
            for name in names:
                if name.endswith(".py"):
                    files.setdefault(name, []).append(Path(folder, name))
                    count += 1
            if count > MOST_FILES:
                break
        return files


def _are_same(one: Path, other: Path) -> bool:
    try:
        return one.read_bytes() == other.read_bytes()
    except OSError:
        return False
