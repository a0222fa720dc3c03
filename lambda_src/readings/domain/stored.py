"""Ask for stored readings: a span of one meter, of a version or the newest, page by page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from readings.domain.packing import NEWEST, Page, PageKey, month_and_slot
from readings.domain.reading import HALF_HOUR, YEARS, Reading


class Pages(Protocol):
    """Where pages of readings are kept."""

    def read(
        self, meter_id: str, version: int, *, first: int, last: int
    ) -> Iterator[tuple[int, Page]]:
        """Return the pages that are there from one month to another, as they are asked for.

        :param version: or `NEWEST`.
        """
        ...

    def forget(self, meter_id: str) -> None:
        """Delete all of a meter's pages."""
        ...


@dataclass(frozen=True, slots=True)
class ReadingPage:
    """Some readings, by time.

    :param last: when the last of them begins, if more may come after it.
    """

    readings: tuple[Reading, ...]
    last: datetime | None


def find(
    meter_id: str,
    *,
    since: datetime,
    until: datetime,
    version: int | None,
    limit: int,
    after: datetime | None = None,
    pages: Pages,
) -> ReadingPage:
    """Return readings that begin at `since` or later and before `until`.

    :param version: which. Default: the newest that there is of each half hour.
    :param after: when the last reading begins that was seen already.
    """
    earliest = datetime(YEARS[0], 1, 1, tzinfo=UTC)
    latest = datetime(YEARS[-1] + 1, 1, 1, tzinfo=UTC)
    start = max(since, earliest, (after or earliest) + (HALF_HOUR if after else timedelta()))
    end = min(until, latest)
    if start >= end:
        return ReadingPage((), None)
    first, last = month_and_slot(start)[0], month_and_slot(end - timedelta(microseconds=1))[0]
    found: list[Reading] = []
    wanted = NEWEST if version is None else version
    for month, page in pages.read(meter_id, wanted, first=first, last=last):
        for read_at, thousandths, its_version in page.readings(PageKey(meter_id, wanted, month)):
            if not start <= read_at < end:
                continue
            if len(found) == limit:
                return ReadingPage(tuple(found), found[-1].read_at)
            found.append(
                Reading(
                    meter_id=meter_id,
                    read_at=read_at,
                    thousandths=thousandths,
                    version=its_version,
                )
            )
    return ReadingPage(tuple(found), None)
