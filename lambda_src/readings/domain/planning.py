"""What is done when a file has arrived: it is checked as a whole, kept, and cut into ranges."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from readings.domain.csv_file import (
    HEAD_BYTES,
    Layout,
    Range,
    UnreadableFileError,
    cut,
    is_gzip,
    layout_of,
)
from readings.domain.imports import ImportStatus
from readings.domain.inflating import inflate

RANGE_BYTES = 8 * 1024**2
"""Some 200,000 rows, which take some seconds."""
LARGEST_EXPANDED = 4 * 1024**3
"""Twice the largest file that is plain: readings in gzip have a tenth of their size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How the rows of an import are read.

    :param file: the key of the copy that nobody can replace.
    :param size: its bytes.
    """

    file: str
    size: int
    layout: Layout

    @property
    def ranges(self) -> list[Range]:
        """The ranges of the file; none where it has no rows."""
        return cut(self.layout, self.size, most_bytes=RANGE_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How it stands with an import.

    :param plan: None until its file was planned.
    :param may_write: resources that its user may write, as patterns, beside their own meters.
    """

    user_id: str
    import_id: str
    status: ImportStatus
    correlation_id: str
    plan: Plan | None = None
    may_write: tuple[str, ...] = ()


class Plans(Protocol):
    """Where plans are kept: beside the imports."""

    def standing(self, user_id: str, import_id: str) -> Standing | None:
        """Return how it stands after every write that has been answered; None if it is gone."""
        ...

    def start(self, standing: Standing, plan: Plan, *, now: datetime) -> None:
        """Keep the plan and make it IMPORTING, if it is still AWAITING_UPLOAD."""

    def fail(self, standing: Standing, *, reason: str, now: datetime) -> None:
        """Make it FAILED, if it is still AWAITING_UPLOAD."""


class ReplacedError(Exception):
    """The upload is another one by now, whose own arrival is told."""


class Upload(Protocol):
    """One upload, as it was when it arrived; whatever reads another one raises ReplacedError."""

    def head(self, size: int) -> bytes:
        """Return its first bytes."""
        ...

    def blocks(self) -> Iterator[bytes]:
        """Return all of it, block by block."""
        ...

    def copy(self) -> tuple[str, int]:
        """Copy it to where nobody can replace it, and return the copy's key and size."""
        ...

    def keep(self, content: Iterator[bytes]) -> tuple[str, int]:
        """Write this in place of a copy, and return its key and size."""
        ...

    def head_of(self, key: str, size: int) -> bytes:
        """Return the first bytes of what was kept."""
        ...

    def remove(self) -> None:
        """Delete it."""


class Uploads(Protocol):
    """Where uploads are."""

    def of(self, user_id: str, import_id: str, *, etag: str) -> Upload:
        """Return an import's upload, as it was when it had this ETag (empty: whichever)."""
        ...


class Work(Protocol):
    """What is still to be done: queues."""

    def add_ranges(self, standing: Standing, ranges: Sequence[Range]) -> None:
        """Have ranges worked on, by whoever comes first; may be told more than once."""

    def finish(self, standing: Standing) -> None:
        """Have it looked whether the import is over; may be told more than once."""


def plan_import(
    user_id: str, import_id: str, *, upload: Upload, plans: Plans, work: Work, now: datetime
) -> None:
    """Plan an import whose file has arrived, and have it worked on; twice is like once."""
    standing = plans.standing(user_id, import_id)
    if standing is None:
        # Its user is gone, or it came a day too late: nobody will ask for it.
        upload.remove()
        return
    if standing.status is ImportStatus.AWAITING_UPLOAD:
        try:
            plan = _plan(upload)
        except UnreadableFileError as error:
            plans.fail(standing, reason=str(error), now=now)
            upload.remove()
            return
        plans.start(standing, plan, now=now)
        standing = plans.standing(user_id, import_id)
    if standing is None or standing.plan is None or standing.status is not ImportStatus.IMPORTING:
        return
    if ranges := standing.plan.ranges:
        work.add_ranges(standing, ranges)
    else:
        work.finish(standing)


def _plan(upload: Upload) -> Plan:
    head = upload.head(HEAD_BYTES)
    if is_gzip(head):
        file, size = upload.keep(inflate(upload.blocks(), most_bytes=LARGEST_EXPANDED))
        return Plan(file=file, size=size, layout=layout_of(upload.head_of(file, HEAD_BYTES)))
    layout = layout_of(head)
    file, size = upload.copy()
    return Plan(file=file, size=size, layout=layout)
