"""Where the pieces of the state are kept: one SQLite database, one transaction a save.

Whoever reads finds all of a save or nothing of it, whenever its writer was killed.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from blockwork.local.emulator.gaps._state_parts import Changes, Place

PIECES = """
CREATE TABLE IF NOT EXISTS pieces (
    service TEXT NOT NULL, store TEXT NOT NULL, entry TEXT NOT NULL, piece TEXT NOT NULL,
    content BLOB NOT NULL, UNIQUE (service, store, entry, piece)
)"""
# A piece that is written again keeps its row, so that rows stay in the order of the entries.
WRITE = """
INSERT INTO pieces VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET content = excluded.content"""
Entry = tuple[str, str, str]  # service, store, entry
HERE = "service = ? AND store = ? AND entry = ?"


class StateFile:
    """The pieces of every service's state."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._digests: dict[Entry, dict[str, int]] = {}

    def services(self) -> set[str]:
        """Return the services of which there is any state."""
        with self._open() as database:
            return {name for (name,) in database.execute("SELECT DISTINCT service FROM pieces")}

    def read(self, service: str) -> list[tuple[Place, bytes]]:
        """Return a service's pieces in the order in which they were first written."""
        with self._open() as database:
            found = database.execute(
                "SELECT store, entry, piece, content FROM pieces WHERE service = ? ORDER BY rowid",
                (service,),
            )
            return [((store, entry, piece), content) for store, entry, piece, content in found]

    def write(self, changed: Mapping[str, Changes], *, anew: bool) -> None:
        """Write what differs of it, all or nothing; after a failure write anew.

        :param changed: by service.
        :param anew: whether this is all there is of these services; what they had is forgotten.
        """
        if anew:
            self._digests.clear()
        with self._open() as database, database:
            for service, changes in changed.items():
                if anew:
                    database.execute("DELETE FROM pieces WHERE service = ?", (service,))
                for gone in changes.entries:
                    self._digests.pop((service, *gone), None)
                    database.execute(f"DELETE FROM pieces WHERE {HERE}", (service, *gone))
                for (store, entry, piece), content in changes.pieces.items():
                    digests = self._digests.setdefault((service, store, entry), {})
                    place = (service, store, entry, piece)
                    if content is None:
                        digests.pop(piece, None)
                        database.execute(f"DELETE FROM pieces WHERE {HERE} AND piece = ?", place)
                    elif digests.get(piece) != (digest := hash(content)):
                        digests[piece] = digest
                        database.execute(WRITE, (*place, content))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self.file)) as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute(PIECES)
            yield database
