"""How an import ends: once all ranges are done, the rejects become one file."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from readings.domain.csv_file import Range
from readings.domain.importing import Progress, is_done
from readings.domain.imports import Counts, ImportStatus
from readings.domain.planning import Standing
from readings.domain.rejects import rejects_file


class Endings(Protocol):
    """Where it is kept how imports stand."""

    def standing(self, user_id: str, import_id: str) -> Standing | None:
        """Return how it stands after every write that has been answered; None if it is gone."""
        ...

    def progress(self, standing: Standing) -> Mapping[int, Progress]:
        """Return how far each range has come that has begun, by its number."""
        ...

    def end(self, standing: Standing, counts: Counts, *, now: datetime) -> None:
        """Make it IMPORTED with these numbers, if it is still IMPORTING."""


class Leftovers(Protocol):
    """The files of imports while they are worked on, and the rejects at the end."""

    def part(self, name: str) -> bytes:
        """Return a part of the rejects: CSV whose lines count from their range's first row."""
        ...

    def write_rejects(self, standing: Standing, content: Iterator[bytes]) -> None:
        """Write the whole file of rejects, in the place of the same one."""

    def remove(self, user_id: str, import_id: str, keys: Sequence[str]) -> None:
        """Delete an import's upload, its rejects, and what is kept of its work under these keys."""

    def clean(self, standing: Standing, parts: Sequence[str]) -> None:
        """Delete upload, copy and parts, which nobody reads any more."""


def all_done(ranges: Sequence[Range], progress: Mapping[int, Progress]) -> bool:
    """Whether all ranges are done."""
    return all(each.number in progress and is_done(each, progress[each.number]) for each in ranges)


def finish(
    user_id: str, import_id: str, *, endings: Endings, files: Leftovers, now: datetime
) -> bool:
    """End an import if all its ranges are done; return whether it has come to its end.

    Of one whose user is gone nothing is left, not even what was written of it a moment ago.
    """
    standing = endings.standing(user_id, import_id)
    if standing is None:
        files.remove(user_id, import_id, ())
        return True
    if standing.plan is None:
        return True
    progress = endings.progress(standing)
    parts = [part for number in sorted(progress) for part in progress[number].parts]

    def parts_of(each: Range) -> Iterator[bytes]:
        return map(files.part, progress[each.number].parts)

    if standing.status is ImportStatus.IMPORTING:
        ranges = standing.plan.ranges
        if not all_done(ranges, progress):
            return False
        counts = Counts(
            accepted=sum(each.accepted for each in progress.values()),
            rejected=sum(each.rejected for each in progress.values()),
        )
        if counts.rejected:
            rejects = ((progress[each.number].lines, parts_of(each)) for each in ranges)
            files.write_rejects(standing, rejects_file(rejects))
        endings.end(standing, counts, now=now)
        if endings.standing(user_id, import_id) is None:
            files.remove(user_id, import_id, ())
    files.clean(standing, parts)
    return True
