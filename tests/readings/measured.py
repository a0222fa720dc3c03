"""What an import takes, counted: files of made-up meters, and a store that counts write units."""

import math
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from readings.domain.checking import Reject
from readings.domain.csv_file import HEAD_BYTES, HEADER, Range, cut, layout_of
from readings.domain.importing import Progress, work_on
from readings.domain.packing import NEWEST, Entries, Entry, Page, PageKey, pack, unpack
from readings.domain.planning import RANGE_BYTES

HALF_HOURS = 2 * 24 * 365
VERSIONS = 24
ALL_VERSIONS = range(1, VERSIONS + 1)
BLOCK_BYTES = 1 << 20
LARGEST = 3000
"""Thousandths of a kWh in a half hour: all are equally often, so they are hard to compress."""


def write_file(
    path: Path,
    rows: int,
    *,
    prefix: str = "meter",
    versions: Sequence[int] = range(1, VERSIONS + 1),
) -> int:
    """Write a year's readings of as many meters as that takes, by meter, version and time.

    :return: the sum of what they say, in thousandths of a kWh.
    """
    start, chance = datetime(2025, 1, 1, tzinfo=UTC), random.Random(1)
    times = [f"{start + timedelta(minutes=30 * at):%Y-%m-%dT%H:%M:%SZ}" for at in range(HALF_HOURS)]
    some = [int(chance.random() * LARGEST) for _ in range(HALF_HOURS)]
    total = 0
    with path.open("w") as file:
        file.write(HEADER + "\n")
        left, series = rows, 0
        while left > 0:
            meter, place = divmod(series, len(versions))
            turn = int(chance.random() * HALF_HOURS)
            energies = (some[turn:] + some[:turn])[:left]
            file.writelines(
                f"{meter_name(prefix, meter)},{at},{kwh / 1000:.3f},{versions[place]}\n"
                for at, kwh in zip(times[:left], energies, strict=True)
            )
            total += sum(energies)
            left, series = left - HALF_HOURS, series + 1
    return total


def meter_name(prefix: str, number: int) -> str:
    """Return what a file calls its meters, from 0."""
    return f"{prefix}-{number:04}"


def import_file(path: Path, store: "Drops") -> int:
    """Import a file, range after range; return how many rows were accepted, all of them."""
    source = FileSource(path)
    with path.open("rb") as file:
        layout = layout_of(file.read(HEAD_BYTES))
    saved = Saved()
    for range_ in cut(layout, path.stat().st_size, most_bytes=RANGE_BYTES):
        work_on(
            range_,
            layout,
            source=source,
            store=store,
            permits=Everything(),
            rejects=Nothing(),
            progress=saved,
            is_time_left=lambda: True,
        )
    return sum(each.accepted for each in saved.by_range.values())


class FileSource:
    """The port `Source` on this machine's disk."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def blocks(self, start: int, end: int) -> Iterator[bytes]:
        with self._path.open("rb") as file:
            file.seek(start)
            while block := file.read(min(BLOCK_BYTES, end - file.tell())):
                yield block


class Drops:
    """The port `Store`: packs each page as if it were new, and forgets it."""

    def merge(self, pages: Mapping[PageKey, Entries]) -> Iterable[Entry]:
        refused: list[Entry] = []
        newest: dict[PageKey, Page] = {}
        for key, entries in pages.items():
            page = self.get(key)
            refused += page.merge(entries)[1]
            self.put(key, page)
            above = key._replace(version=NEWEST)
            if above not in newest:
                newest[above] = self.get(above)
            newest[above].supersede(key.version, entries)
        for key, page in newest.items():
            self.put(key, page)
        return refused

    def get(self, key: PageKey) -> Page:
        return Page.empty(key.month, newest=key.version == NEWEST)

    def put(self, key: PageKey, page: Page) -> None:
        pack(page)


class Counts(Drops):
    """Keeps pages, and counts what DynamoDB would for writing them."""

    def __init__(self) -> None:
        self.items: dict[PageKey, bytes] = {}
        self.units = self.writes = 0

    def get(self, key: PageKey) -> Page:
        if key in self.items:
            return unpack(self.items[key], key.month, revision=1)
        return super().get(key)

    def put(self, key: PageKey, page: Page) -> None:
        self.items[key] = packed = pack(page)
        self.units += math.ceil(item_bytes(key, packed) / 1024)
        self.writes += 1

    @property
    def stored_bytes(self) -> int:
        return sum(item_bytes(key, packed) for key, packed in self.items.items())


def item_bytes(key: PageKey, packed: bytes) -> int:
    """Return an item's size: of attributes' names and values, a small number has 2 bytes."""
    names = sum(map(len, ("meterId", "page", "packed", "revision")))
    return names + len(key.meter_id) + len("07#2026-03") + len(packed) + 2


class Everything:
    """The port `Permits`."""

    def may_write(self, meter_id: str) -> bool:
        return True


class Nothing:
    """The port `Rejects`, where none is expected."""

    def write(self, range_: Range, rejects: Iterable[Reject]) -> str:
        raise AssertionError(f"a row was rejected: {next(iter(rejects))}")


class Saved:
    """The port `ProgressStore`."""

    def __init__(self) -> None:
        self.by_range: dict[int, Progress] = {}

    def load(self, range_: Range) -> Progress | None:
        return self.by_range.get(range_.number)

    def save(self, range_: Range, progress: Progress, *, since: int | None) -> bool:
        self.by_range[range_.number] = progress
        return True
