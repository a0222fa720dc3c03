"""What a range is worked on with, in memory."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from readings.domain.checking import Reject
from readings.domain.csv_file import Range
from readings.domain.importing import Progress
from readings.domain.packing import NEWEST, Entries, Entry, Page, PageKey


class KilledError(Exception):
    """The worker is gone."""


class InMemoryFile:
    """The port `Source`.

    :param block: bytes that come at once.
    """

    def __init__(self, content: bytes, block: int = 1 << 16) -> None:
        self.content = content
        self.block = block

    def blocks(self, start: int, end: int) -> Iterator[bytes]:
        for place in range(start, min(end, len(self.content)), self.block):
            yield self.content[place : min(place + self.block, end)]


class InMemoryReadings:
    """The ports `Store` and `Pages`."""

    def __init__(self) -> None:
        self.pages: dict[PageKey, Page] = {}

    def merge(self, pages: Mapping[PageKey, Entries]) -> Iterable[Entry]:
        refused: list[Entry] = []
        for key, entries in pages.items():
            page = self.pages.setdefault(key, Page.empty(key.month))
            others = page.merge(entries)[1]
            refused += others
            newest = PageKey(key.meter_id, NEWEST, key.month)
            page = self.pages.setdefault(newest, Page.empty(key.month, newest=True))
            page.supersede(key.version, Entries(each for each in entries if each not in others))
        return refused

    def read(
        self, meter_id: str, version: int, *, first: int, last: int
    ) -> Iterator[tuple[int, Page]]:
        for month in range(first, last + 1):
            if page := self.pages.get(PageKey(meter_id, version, month)):
                yield month, page

    def forget(self, meter_id: str) -> None:
        self.pages = {key: page for key, page in self.pages.items() if key.meter_id != meter_id}


class Meters:
    """The port `Permits`."""

    def __init__(self, *own: str) -> None:
        self.own = own
        self.asked: list[str] = []

    def may_write(self, meter_id: str) -> bool:
        self.asked.append(meter_id)
        return not self.own or meter_id in self.own


class InMemoryRejects:
    """The port `Rejects`."""

    def __init__(self) -> None:
        self.parts: dict[str, Sequence[Reject]] = {}

    def write(self, range_: Range, rejects: Sequence[Reject]) -> str:
        name = f"{range_.number}/{len(self.parts)}"
        self.parts[name] = rejects
        return name


class InMemoryProgress:
    """The port `ProgressStore`."""

    def __init__(self) -> None:
        self.saved: dict[int, Progress] = {}

    def load(self, range_: Range) -> Progress | None:
        return self.saved.get(range_.number)

    def save(self, range_: Range, progress: Progress, *, since: int | None) -> bool:
        before = self.saved.get(range_.number)
        if (None if before is None else before.offset) != since:
            return False
        self.saved[range_.number] = progress
        return True
