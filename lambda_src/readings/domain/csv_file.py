"""Files of readings as people really send them: what a file's head says, and its rows in blocks.

A row is a line, ended by LF or CRLF. A quoted field may hold no end of line: no reading has one, so
the two lines are two bad rows. A line of nothing but blanks is no row.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

COLUMNS = ("meterId", "readAt", "kwh", "version")
HEADER = ",".join(COLUMNS)
HEAD_BYTES = 4096
"""Within so many bytes a header has ended."""
LONGEST_ROW = 1024
"""Bytes: seven times what the longest reading takes."""
PIECE = 1 << 16
BOM = b"\xef\xbb\xbf"
GZIP = b"\x1f\x8b"
BLANKS = " \t\r"


class UnreadableFileError(Exception):
    """The file as a whole cannot be read; the message says why, for who sent it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a file's rows are to be read.

    :param separator: between fields: `,` or `;`.
    :param order: at which place meterId, readAt, kwh and version are.
    :param first_row: the byte at which the line after the header begins.
    """

    separator: str
    order: tuple[int, int, int, int]
    first_row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A part of a file: the rows that begin in it.

    :param number: from 0, in the order of the file.
    :param start: its first byte.
    :param end: the first byte after it.
    """

    number: int
    start: int
    end: int


def is_gzip(head: bytes) -> bool:
    """Whether a file that begins so is compressed."""
    return head.startswith(GZIP)


def layout_of(head: bytes) -> Layout:
    """Return how to read a file that begins with these bytes: `HEAD_BYTES`, or all that it has.

    :raises UnreadableFileError: if it is no file of readings.
    """
    line, end, _ = head[:HEAD_BYTES].partition(b"\n")
    if not head.removeprefix(BOM).strip():
        raise UnreadableFileError(f"the file is empty, its first line must be {HEADER}")
    if b"\0" in head or head.startswith((b"\xff\xfe", b"\xfe\xff", b"PK\x03\x04", GZIP)):
        raise UnreadableFileError(
            "the file is no text in UTF-8: send a CSV file, plain or compressed by gzip"
        )
    try:
        text = line.removeprefix(BOM).decode().strip(BLANKS)
    except UnicodeDecodeError:
        raise _wrong_header(line.decode(errors="replace")) from None
    for separator in ",;":
        names = [name.strip(BLANKS) for name in fields_of(text, separator) or ()]
        if sorted(names) == sorted(COLUMNS):
            first, second, third, fourth = (names.index(column) for column in COLUMNS)
            return Layout(
                separator=separator,
                order=(first, second, third, fourth),
                first_row=len(line) + len(end),
            )
    raise _wrong_header(text)


def fields_of(line: str, separator: str) -> list[str] | None:
    """Return the fields of a line, quotes taken off; None if its quotes do not match."""
    try:
        return next(csv.reader([line], delimiter=separator, strict=True), [])
    except csv.Error:
        return None


def cut(layout: Layout, size: int, *, most_bytes: int) -> list[Range]:
    """Cut a file of some bytes into ranges.

    :param most_bytes: of a range.
    """
    starts = range(layout.first_row, size, most_bytes)
    return [
        Range(number=number, start=start, end=min(start + most_bytes, size))
        for number, start in enumerate(starts)
    ]


class Lines(NamedTuple):
    """Some lines of a file, one after the other.

    :param content: with LFs between them, none at the end; bytes if it is not UTF-8. A line that is
        longer than `LONGEST_ROW` may be cut there.
    :param end: the byte after them.
    """

    content: str | bytes
    end: int

    def how_many(self) -> int:
        """Return how many there are."""
        content = self.content
        return 1 + (content.count("\n") if isinstance(content, str) else content.count(b"\n"))

    def each(self) -> Sequence[str | bytes]:
        """Return them one by one."""
        content = self.content
        return content.split("\n") if isinstance(content, str) else content.split(b"\n")


def lines_of(blocks: Iterable[bytes], *, start: int, end: int) -> Iterator[Lines]:
    """Return the lines that begin in a part of a file, in pieces of at most `PIECE` bytes or so.

    What is not UTF-8 comes as bytes. No line is held that is longer than `LONGEST_ROW`.

    :param blocks: the file from the byte before `start` on: it may be the LF before a line.
    """
    place = start - 1
    """Where `rest` begins."""
    rest, inside = b"", True
    """Whether `rest` is in the middle of a line whose beginning is dealt with."""
    for piece in _pieces(blocks):
        rest += piece
        if inside:
            _, found, later = rest.partition(b"\n")
            place += len(rest) - len(later) if found else len(rest)
            rest, inside = later, not found
        # The last line that belongs here ends with the first LF at or after the byte before `end`.
        last = rest.find(b"\n", max(end - 1 - place, 0)) if place < end else -1
        whole = (last if last >= 0 else rest.rfind(b"\n")) + 1
        if whole and place < end:
            place += whole
            yield Lines(_text(rest[: whole - 1]), place)
            rest = rest[whole:]
        if place >= end:
            return
        if len(rest) > LONGEST_ROW:
            place += len(rest)
            yield Lines(rest[: LONGEST_ROW + 1], place)
            rest, inside = b"", True
    if rest and not inside:
        yield Lines(_text(rest), end)


def _pieces(blocks: Iterable[bytes]) -> Iterator[bytes]:
    for block in blocks:
        for start in range(0, len(block), PIECE):
            yield block[start : start + PIECE]


def _text(content: bytes) -> str | bytes:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content


def _wrong_header(found: str) -> UnreadableFileError:
    shown = found if len(found) <= 80 else f"{found[:80]}…"
    return UnreadableFileError(
        f"the first line must be {HEADER}, in any order, separated by commas or semicolons,"
        f" got {shown!r}"
    )
