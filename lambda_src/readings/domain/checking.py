"""Check rows one after the other, quickly: what a text means is looked up if it came before."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from operator import add
from typing import NamedTuple, Protocol, TypeVar

from readings.domain.csv_file import BLANKS, COLUMNS, LONGEST_ROW, Layout, Lines, fields_of
from readings.domain.packing import Entries, PageKey, month_and_slot
from readings.domain.reading import meter_id_of, read_at_of, thousandths_of, version_of

MOST_KNOWN = 1 << 16
LONGEST_FIELD = 200
MONTH_BITS, VERSION_BITS, METER_BITS = 11, 26, 31
"""Where month, version and meter begin in the number of a half hour's place, after the half hour:
a sum of looked up numbers is quicker than a tuple of them."""
SLOT_MASK = (1 << MONTH_BITS) - 1
MONTH_MASK = (1 << (VERSION_BITS - MONTH_BITS)) - 1
VERSION_MASK = (1 << (METER_BITS - VERSION_BITS)) - 1
MOST_SHOWN = 200
"""Characters of a rejected row that are kept."""
Meaning = TypeVar("Meaning")


class Reject(NamedTuple):
    """A row that was not taken.

    :param line: counted from the first row of its range, which is 1.
    """

    line: int
    reason: str
    row: str


class Permits(Protocol):
    """What the uploader may write."""

    def may_write(self, meter_id: str) -> bool:
        """Whether a meter is the uploader's own or one they are permitted to write.

        Asked once a meter and call of `work_on`, unless there are more than `MOST_KNOWN`.
        """
        ...


class Known(dict[str, Meaning]):
    """What texts mean; those that mean nothing raise a ValueError, each time."""

    def __init__(self, read: Callable[[str], Meaning]) -> None:
        self._read = read

    def __missing__(self, text: str) -> Meaning:
        """Read a text, and know it from now on."""
        meaning = self._read(_bare(text))
        if len(self) >= MOST_KNOWN:
            self.clear()
        self[text] = meaning
        return meaning


def _bare(text: str) -> str:
    bare = text.strip(BLANKS)
    if len(bare) > 1 and bare[0] == bare[-1] == '"' and '"' not in bare[1:-1]:
        bare = bare[1:-1].strip(BLANKS)
    if len(text) > LONGEST_FIELD:
        raise ValueError(f"a field must have at most {LONGEST_FIELD} characters, got {len(text)}")
    return bare


class Chunk:
    """Rows that are checked and stored together.

    :param before: how many lines of the range came before.
    :param meters: by number, all that are in its pages.
    """

    def __init__(self, before: int, meters: Mapping[int, str]) -> None:
        self.before = before
        self.lines = 0
        self.end = 0
        self.by_number: defaultdict[int, Entries] = defaultdict(Entries)
        """By the number of a place without its half hour."""
        self.rejects: list[Reject] = []
        self.accepted = 0
        self.thousandths = 0
        self._meters = meters
        self._pieces: list[tuple[int, Lines]] = []

    @property
    def pages(self) -> dict[PageKey, Entries]:
        """What is good, by page."""
        return {
            PageKey(
                self._meters[number >> (METER_BITS - MONTH_BITS)],
                number >> (VERSION_BITS - MONTH_BITS) & VERSION_MASK,
                number & MONTH_MASK,
            ): entries
            for number, entries in self.by_number.items()
        }

    def add(self, lines: Lines) -> int:
        """Add lines, and return the number of the first of them."""
        first = self.before + self.lines + 1
        self._pieces.append((first, lines))
        self.lines += lines.how_many()
        self.end = lines.end
        return first

    def rows(self, numbers: Iterable[int]) -> Iterator[str]:
        """Return as much of rows, by their rising numbers, as is kept of rejected ones."""
        pieces = iter(self._pieces)
        first, after, content = 0, 0, list[str | bytes]()
        for number in numbers:
            if number >= after:
                while number >= after:
                    first, lines = next(pieces)
                    after = first + lines.how_many()
                content = list(lines.each())
            yield shown(content[number - first])


class Checker:
    """Checks rows of one file for one uploader.

    :param layout: the file's.
    """

    def __init__(self, layout: Layout, permits: Permits) -> None:
        self._separator = layout.separator
        self._order = layout.order
        self._permits = permits
        self._numbers: dict[str, int | None] = {}
        """Of meters that were asked for; None for one that may not be written."""
        self._names: dict[int, str] = {}
        self._meters = Known(self._meter)
        self._instants = Known(_instant)
        self._energies = Known(thousandths_of)
        self._versions = Known(lambda text: version_of(text) << VERSION_BITS)

    def chunk(self, before: int) -> Chunk:
        """Begin a chunk.

        :param before: how many lines of the range came before.
        """
        if len(self._numbers) > MOST_KNOWN:
            self._numbers, self._names = {}, {}
            self._meters.clear()
        return Chunk(before, self._names)

    def check(self, lines: Lines, chunk: Chunk) -> None:
        """Add lines to a chunk: what they say, or why they say nothing."""
        first = chunk.add(lines)
        if not self._are_good(lines.content, first, chunk):
            for number, line in enumerate(lines.each(), first):
                self._look_closely(line, number, chunk)

    def _are_good(self, text: str | bytes, number: int, chunk: Chunk) -> bool:
        """Add lines to a chunk if all are good: by columns, which is several times as fast."""
        if not isinstance(text, str):
            return False
        separator, (first, second, third, fourth) = self._separator, self._order
        fields = text.replace("\n", f"{separator}\n{separator}").split(separator)
        # Each fifth field is the end of a line: so each line has four.
        if len(fields) % 5 != 4 or fields[4::5].count("\n") != len(fields) // 5:
            return False
        try:
            energies = list(map(self._energies.__getitem__, fields[third::5]))
            meters = map(self._meters.__getitem__, fields[first::5])
            versions = map(self._versions.__getitem__, fields[fourth::5])
            instants = map(self._instants.__getitem__, fields[second::5])
            places = list(map(add, map(add, meters, versions), instants))
        except ValueError:
            return False
        slots = [place & SLOT_MASK for place in places]
        start = 0
        for page, run in groupby([place >> MONTH_BITS for place in places]):
            end = start + len(list(run))
            numbers = range(number + start, number + end)
            chunk.by_number[page].extend(slots[start:end], energies[start:end], numbers)
            start = end
        chunk.accepted += start
        chunk.thousandths += sum(energies)
        return True

    def _look_closely(self, line: str | bytes, number: int, chunk: Chunk) -> None:
        try:
            fields = self._fields(line)
            if fields is None:
                return
            place, thousandths = self._read(fields)
        except ValueError as error:
            chunk.rejects.append(Reject(number, str(error), shown(line)))
        else:
            chunk.by_number[place >> MONTH_BITS].add(place & SLOT_MASK, thousandths, number)
            chunk.accepted += 1
            chunk.thousandths += thousandths

    def _fields(self, line: str | bytes) -> list[str] | None:
        """Return the fields of a row, or None if it is blank."""
        content = line.encode() if isinstance(line, str) else line
        if len(content) > LONGEST_ROW:
            raise ValueError(f"a row must have at most {LONGEST_ROW:,} bytes")
        try:
            text = content.decode().strip(BLANKS)
        except UnicodeDecodeError as error:
            raise ValueError(
                f"a row must be UTF-8, byte {error.start + 1} of it is 0x{content[error.start]:02x}"
            ) from error
        if not text:
            return None
        fields = fields_of(text, self._separator)
        if fields is None:
            raise ValueError("a quoted field must end with its quote, on the same line")
        if len(fields) != len(COLUMNS):
            raise ValueError(f"a row must have {len(COLUMNS)} fields, got {len(fields)}")
        return fields

    def _read(self, fields: list[str]) -> tuple[int, int]:
        """Return a row's place and energy, or say of each field what is wrong."""
        first, second, third, fourth = (fields[place] for place in self._order)
        try:
            place = self._meters[first] + self._versions[fourth] + self._instants[second]
            return place, self._energies[third]
        except ValueError:
            reasons = [
                _why(self._meters, first),
                _why(self._instants, second),
                _why(self._energies, third),
                _why(self._versions, fourth),
            ]
            raise ValueError("; ".join(filter(None, reasons))) from None

    def _meter(self, text: str) -> int:
        meter_id = meter_id_of(text)
        if meter_id not in self._numbers:
            may_write = self._permits.may_write(meter_id)
            number = len(self._numbers) << METER_BITS if may_write else None
            self._numbers[meter_id] = number
            self._names[len(self._names)] = meter_id
        found = self._numbers[meter_id]
        if found is None:
            raise ValueError(f"meter {meter_id} is not yours to write")
        return found


def _instant(text: str) -> int:
    month, slot = month_and_slot(read_at_of(text))
    return (month << MONTH_BITS) + slot


def _why(known: Known[Meaning], text: str) -> str:
    """Say why a text means nothing; nothing if it does not."""
    try:
        known[text]
    except ValueError as error:
        return str(error)
    return ""


def shown(line: str | bytes) -> str:
    """Return as much of a row as is kept of a rejected one."""
    text = line if isinstance(line, str) else line.decode(errors="replace")
    return text.rstrip("\r")[:MOST_SHOWN]
