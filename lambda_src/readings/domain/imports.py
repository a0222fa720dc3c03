"""An import: one file of meter readings, and what has become of its rows.

::

    AWAITING_UPLOAD ──► IMPORTING ──► IMPORTED      every row is stored or among the rejects
           │                └───────► (failure chain, until somebody brings it back)
           └──────────► FAILED                      the file as a whole cannot be read: `reason`

What is not uploaded within a day is forgotten. Work is cut into ranges of the file's bytes; each is
worked on its own, and the import is over when the last one is.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol, Self

LONGEST_NAME = 200


class Filename(str):
    """What a user calls a file: 1 to 200 printable characters. Nothing is stored under it.

    :raises ValueError: for any other text.
    """

    __slots__ = ()
    JSON_SCHEMA: ClassVar[dict[str, object]] = {"minLength": 1, "maxLength": LONGEST_NAME}

    def __new__(cls, text: str) -> Self:
        """Check the text."""
        if not 1 <= len(text) <= LONGEST_NAME or not text.strip():
            raise ValueError(
                f"must be 1 to {LONGEST_NAME} characters, not only spaces, got {len(text)}"
            )
        if not text.isprintable():
            raise ValueError("must be one line, without control characters")
        return super().__new__(cls, text)


class ImportStatus(StrEnum):
    """How far an import has come; it never goes back."""

    AWAITING_UPLOAD = "AWAITING_UPLOAD"
    IMPORTING = "IMPORTING"
    IMPORTED = "IMPORTED"
    FAILED = "FAILED"

    @property
    def is_final(self) -> bool:
        """Whether nothing will happen to the import any more."""
        return self in (ImportStatus.IMPORTED, ImportStatus.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What has become of rows so far."""

    accepted: int = 0
    rejected: int = 0


NOTHING_YET = Counts()


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """An import as it is kept.

    :param status_since: when its status changed last, in UTC.
    :param correlation_id: that of the request which began it.
    :param may_write: the permissions' resources whose meters the user may write, beside their own.
    :param counts: what has become of its rows; while it is IMPORTING, the ranges know.
    :param reason: why the file cannot be read, for people.
    """

    user_id: str
    import_id: str
    filename: Filename
    status: ImportStatus
    status_since: datetime
    created_at: datetime
    correlation_id: str
    may_write: tuple[str, ...] = ()
    counts: Counts = NOTHING_YET
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ImportPage:
    """Some of a user's imports, newest first; `last_id` is None on the last page."""

    imports: Sequence[Import]
    last_id: str | None


class UnknownImportError(Exception):
    """There is no such import of this user."""

    def __init__(self, import_id: str) -> None:
        super().__init__(f"there is no import {import_id}")


class Imports(Protocol):
    """Where imports are kept and shown: a table in production, a dictionary in unit tests."""

    def add(self, new: Import) -> None:
        """Keep a new import, until its upload is overdue."""

    def get(self, user_id: str, import_id: str) -> Import:
        """Return an import with its counts so far.

        :raises UnknownImportError: if the user has none of this id.
        """
        ...

    def page(self, user_id: str, *, limit: int, after: str | None) -> ImportPage:
        """Return some of a user's imports with their counts so far, newest first."""
        ...


def new_import_id(now: datetime, random_hex: Callable[[int], str] = secrets.token_hex) -> str:
    """Return an id of 32 hexadecimal digits that sorts by time, as UUID version 7 does.

    :param random_hex: returns twice as many random digits as it is told. Default: secrets.
    """
    return f"{int(now.timestamp() * 1000):012x}{random_hex(10)}"
