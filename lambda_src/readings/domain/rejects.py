"""The file of rejected rows, as CSV: parts hold lines of their range, the file has its own."""

import csv
import io
from collections.abc import Iterable, Iterator

from readings.domain.checking import Reject

HEADER = b"line,reason,row\n"
LINES_BEFORE_ROWS = 1
"""The file's header."""


def part_of(rejects: Iterable[Reject]) -> bytes:
    """Return what is kept of rejected rows, each on one line: no row holds an LF."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rejects)
    return text.getvalue().encode()


def moved(part: bytes, lines: int) -> bytes:
    """Return a part as it is where so many lines come before its range."""
    rows = (row.partition(b",") for row in io.BytesIO(part))
    return b"".join(b"%d,%s" % (int(line) + lines, rest) for line, _, rest in rows)


def rejects_file(ranges: Iterable[tuple[int, Iterable[bytes]]]) -> Iterator[bytes]:
    """Return the file of rejected rows, block by block.

    :param ranges: of each range, in order, its lines (`Progress.lines`) and its parts.
    """
    yield HEADER
    before = LINES_BEFORE_ROWS
    for lines, parts in ranges:
        for part in parts:
            yield moved(part, before)
        before += lines
