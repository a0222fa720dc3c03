"""Work on a range of a file, chunk by chunk: check, store, put aside what is rejected, save, go on.

A chunk counts once its progress is saved, which succeeds only from the place where it began. All
before may be done twice, by two workers or by one that was killed and one that goes on: a stored
reading never changes, so a row is accepted exactly if what is stored in the end is what it says,
whoever stored it. What is rejected goes to a new part each time, and only the parts that a saved
progress names count.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Protocol

from readings.domain.checking import Checker, Chunk, Permits, Reject
from readings.domain.csv_file import LONGEST_ROW, Layout, Lines, Range, lines_of
from readings.domain.packing import Entries, Entry, PageKey
from readings.domain.reading import kwh_text

CHUNK_LINES = 100_000
CHUNK_BYTES = 8 << 20
CHUNK_PAGES = 10_000
"""What a chunk holds at most, and the piece of a file that reaches it: memory and time for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the work on a range has come. Its data rows are `accepted + rejected`.

    :param offset: the byte at which the next row begins; at the range's end, it is done.
    :param lines: of the file, blank ones among them.
    :param thousandths: of a kWh, of all accepted rows.
    :param parts: what the parts are called that hold the rejected rows.
    """

    offset: int
    lines: int = 0
    accepted: int = 0
    rejected: int = 0
    thousandths: int = 0
    parts: tuple[str, ...] = ()


class Source(Protocol):
    """The file, in its storage."""

    def blocks(self, start: int, end: int) -> Iterator[bytes]:
        """Return the file's bytes from `start` to before `end`, or to its own end, in blocks.

        Of any size; closing the iterator ends the reading.
        """
        ...


class Store(Protocol):
    """Where readings are kept."""

    def merge(self, pages: Mapping[PageKey, Entries]) -> Iterable[Entry]:
        """Store what is not there yet; of two entries for one half hour, the first.

        :return: the entries in whose place another value is stored. All others are stored now,
            by this call or by another one.
        """
        ...


class Rejects(Protocol):
    """Where rejected rows are put aside."""

    def write(self, range_: Range, rejects: Sequence[Reject]) -> str:
        """Write a new part that nobody else writes, and return what it is called."""
        ...


class ProgressStore(Protocol):
    """Where it is saved how far the work has come."""

    def load(self, range_: Range) -> Progress | None:
        """Return what was saved last, as of every save that has been answered; None if nothing."""
        ...

    def save(self, range_: Range, progress: Progress, *, since: int | None) -> bool:
        """Save, if what was saved last has this offset (None: if nothing was saved).

        :return: False if it has not: another worker was faster.
        """
        ...


def is_done(range_: Range, progress: Progress) -> bool:
    """Whether all rows of a range are accounted for."""
    return progress.offset >= range_.end


def work_on(
    range_: Range,
    layout: Layout,
    *,
    source: Source,
    store: Store,
    permits: Permits,
    rejects: Rejects,
    progress: ProgressStore,
    is_time_left: Callable[[], bool],
) -> bool:
    """Go on with a range where the work on it has stopped, for as long as there is time.

    :param is_time_left: whether there is enough for one more chunk: two minutes are, which
        is what a third of an invocation's three leaves.
    :return: whether the range is done. If not, call again, from another invocation.
    """
    checker = Checker(layout, permits)
    while True:
        saved = progress.load(range_)
        now = saved or Progress(offset=range_.start)
        if is_done(range_, now):
            return True
        blocks = source.blocks(now.offset - 1, range_.end + LONGEST_ROW + 1)
        lines = lines_of(blocks, start=now.offset, end=range_.end)
        for chunk in _chunks(lines, checker, now.lines, end=range_.end):
            reached = _account_for(chunk, now, range_, store, rejects)
            if not progress.save(range_, reached, since=None if saved is None else now.offset):
                break  # another worker was faster: go on from where it is
            saved = now = reached
            if is_done(range_, now):
                return True
            if not is_time_left():
                return False


def _chunks(lines: Iterable[Lines], checker: Checker, before: int, *, end: int) -> Iterator[Chunk]:
    """Check lines, and return them in chunks; the last one ends with the range."""
    chunk, start = checker.chunk(before), None
    for some in lines:
        start = some.end if start is None else start
        checker.check(some, chunk)
        if (
            chunk.lines >= CHUNK_LINES
            or len(chunk.by_number) >= CHUNK_PAGES
            or some.end - start >= CHUNK_BYTES
        ):
            yield chunk
            chunk, start = checker.chunk(chunk.before + chunk.lines), None
    chunk.end = end
    yield chunk


def _account_for(
    chunk: Chunk, before: Progress, range_: Range, store: Store, rejects: Rejects
) -> Progress:
    """Store what is good of a chunk, put aside what is not, and return what is reached then."""
    pages = chunk.pages
    # In the order of their lines, in which their rows are found.
    refused = sorted(store.merge(pages), key=itemgetter(2)) if pages else []
    rows = chunk.rows(line for _, _, line in refused)
    rejected = chunk.rejects + [
        Reject(line, _refusal(thousandths), row)
        for (_, thousandths, line), row in zip(refused, rows, strict=True)
    ]
    rejected.sort()
    parts = (rejects.write(range_, rejected),) if rejected else ()
    return Progress(
        offset=chunk.end,
        lines=before.lines + chunk.lines,
        accepted=before.accepted + chunk.accepted - len(refused),
        rejected=before.rejected + len(rejected),
        thousandths=before.thousandths
        + chunk.thousandths
        - sum(thousandths for _, thousandths, _ in refused),
        parts=before.parts + parts,
    )


def _refusal(thousandths: int) -> str:
    return (
        f"another value than {kwh_text(thousandths)} is stored for this half hour and version:"
        " a reading never changes, so send a correction as a higher version"
    )
