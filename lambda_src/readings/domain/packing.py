"""How readings are packed: one page holds a month (UTC) of one meter and version.

A page is four bytes a half hour, first all lowest bytes, then the next ones, so that zlib finds
alike what is alike. `NEWEST`, the page of no version, says what of all versions is the newest,
half hour by half hour, and which version that is.
"""

import zlib
from array import array
from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypeAlias

NEWEST = 0
"""In the place of a version: what is the newest of all."""
NONE = 0xFFFF_FFFF
SLOTS_A_DAY = 48
LEVEL = 6


class PageKey(NamedTuple):
    """Which page: a meter, a version or `NEWEST`, and a month as 12 * year + month from 0."""

    meter_id: str
    version: int
    month: int


Entry: TypeAlias = tuple[int, int, int]
"""A reading on its way into a page: which half hour of the month (from 0), its thousandths of a
kWh, and what the caller knows it by, such as its line."""


class Entries:
    """Readings on their way into one page: as columns, so that a million are no million objects."""

    __slots__ = ("slots", "tags", "thousandths")

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.slots = array("H")
        self.thousandths = array("I")
        self.tags = array("I")
        for slot, thousandths, tag in entries:
            self.add(slot, thousandths, tag)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.slots)

    def __iter__(self) -> Iterator[Entry]:
        """Return one after the other."""
        return zip(self.slots, self.thousandths, self.tags, strict=True)

    def add(self, slot: int, thousandths: int, tag: int) -> None:
        """Add one."""
        self.slots.append(slot)
        self.thousandths.append(thousandths)
        self.tags.append(tag)

    def extend(self, slots: Iterable[int], thousandths: Iterable[int], tags: Iterable[int]) -> None:
        """Add as many as each of the columns has."""
        self.slots.extend(slots)
        self.thousandths.extend(thousandths)
        self.tags.extend(tags)

    @property
    def span(self) -> slice | None:
        """Where in a page they are, if each one is beside the one before, as in sorted files."""
        first = self.slots[0] if self.slots else 0
        span = slice(first, first + len(self))
        return span if self.slots == array("H", range(span.start, span.stop)) else None


def month_and_slot(read_at: datetime) -> tuple[int, int]:
    """Return where a reading of this instant (UTC) has its place."""
    slot = ((read_at.day - 1) * 24 + read_at.hour) * 2 + read_at.minute // 30
    return read_at.year * 12 + read_at.month - 1, slot


def slots_of(month: int) -> int:
    """Return how many half hours a month has."""
    return monthrange(month // 12, month % 12 + 1)[1] * SLOTS_A_DAY


def first_of(month: int) -> datetime:
    """Return when a month begins."""
    return datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Page:
    """A month of readings of one meter and version, or the newest ones of all versions.

    :param values: thousandths by slot, `NONE` where there is no reading.
    :param versions: of a page of the newest ones: their version by slot, 0 for none.
    :param revision: how often it has been written; 0 if it is not there yet.
    """

    values: "array[int]"
    versions: bytearray = field(default_factory=bytearray)
    revision: int = 0

    @classmethod
    def empty(cls, month: int, *, newest: bool = False) -> "Page":
        """Return a page with no reading."""
        slots = slots_of(month)
        return cls(array("I", [NONE]) * slots, bytearray(slots if newest else 0))

    def merge(self, entries: Entries) -> tuple[int, list[Entry]]:
        """Take in what has no reading yet; of two for the same half hour, the first stays.

        :return: how many were taken in, and the entries whose half hour holds another value.
        """
        values, span = self.values, entries.span
        if span and values[span] == array("I", [NONE]) * len(entries):
            values[span] = entries.thousandths
            return len(entries), []
        taken, refused = 0, []
        for entry in entries:
            there = values[entry[0]]
            if there == NONE:
                values[entry[0]] = entry[1]
                taken += 1
            elif there != entry[1]:
                refused.append(entry)
        return taken, refused

    def supersede(self, version: int, entries: Entries) -> int:
        """Let entries of a version take the place of lower ones; return how many have."""
        values, versions, span = self.values, self.versions, entries.span
        if span and max(versions[span], default=0) < version:
            values[span] = entries.thousandths
            versions[span] = bytes([version]) * len(entries)
            return len(entries)
        taken = 0
        for slot, thousandths, _ in entries:
            if versions[slot] < version:
                values[slot], versions[slot] = thousandths, version
                taken += 1
        return taken

    def readings(self, key: PageKey) -> Iterator[tuple[datetime, int, int]]:
        """Return instant, thousandths and version of what is there, by time."""
        first = first_of(key.month)
        for slot, thousandths in enumerate(self.values):
            if thousandths != NONE:
                version = key.version or self.versions[slot]
                yield first + timedelta(minutes=30 * slot), thousandths, version


def pack(page: Page) -> bytes:
    """Return what is stored of a page."""
    content = page.values.tobytes()
    planes = [content[place::4] for place in range(4)]
    return zlib.compress(b"".join(planes) + page.versions, LEVEL)


def unpack(packed: bytes, month: int, *, revision: int) -> Page:
    """Return the page of a month that was packed."""
    content, slots = zlib.decompress(packed), slots_of(month)
    whole = bytearray(4 * slots)
    for place in range(4):
        whole[place::4] = content[place * slots : (place + 1) * slots]
    return Page(array("I", bytes(whole)), bytearray(content[4 * slots :]), revision)
