"""Check rows one after the other, quickly: what a text means is looked up if it came before."""

from collections import defaultdict
from collections.abc import Callable
from typing import NamedTuple, Protocol, TypeVar

from readings.domain.csv_file import BLANKS, COLUMNS, LONGEST_ROW, Layout, Lines, fields_of
from readings.domain.packing import Entry, month_and_slot
from readings.domain.reading import meter_id_of, read_at_of, thousandths_of, version_of

MOST_KNOWN = 1 << 16
LONGEST_FIELD = 200
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
    """

    def __init__(self, before: int) -> None:
        self.before = before
        self.end = 0
        self.lines: list[str | bytes] = []
        self.pages: defaultdict[tuple[str, int, int], list[Entry]] = defaultdict(list)
        self.rejects: list[Reject] = []

    def row(self, line: int) -> str:
        """Return as much of a row as is kept of a rejected one."""
        return shown(self.lines[line - self.before - 1])


class Checker:
    """Checks rows of one file for one uploader.

    :param layout: the file's.
    """

    def __init__(self, layout: Layout, permits: Permits) -> None:
        self._separator = layout.separator
        self._order = layout.order
        self._permits = permits
        self._permitted: dict[str, bool] = {}
        self._meters = Known(self._meter)
        self._instants = Known(lambda text: month_and_slot(read_at_of(text)))
        self._energies = Known(thousandths_of)
        self._versions = Known(version_of)

    def check(self, lines: Lines, chunk: Chunk) -> None:
        """Add lines to a chunk: what they say, or why they say nothing."""
        separator, (first, second, third, fourth) = self._separator, self._order
        meters, instants = self._meters, self._instants
        energies, versions = self._energies, self._versions
        pages = chunk.pages
        number = chunk.before + len(chunk.lines)
        chunk.lines += lines.content
        chunk.end = lines.end
        for line in lines.content:
            number += 1
            try:
                fields = line.split(separator)  # type: ignore[arg-type]
                if len(fields) != 4:
                    raise ValueError
                month, slot = instants[fields[second]]  # type: ignore[index]
                thousandths = energies[fields[third]]  # type: ignore[index]
                key = (meters[fields[first]], versions[fields[fourth]], month)  # type: ignore[index]
                pages[key].append((slot, thousandths, number))
            except (ValueError, TypeError):
                self._look_closely(line, number, chunk)

    def _look_closely(self, line: str | bytes, number: int, chunk: Chunk) -> None:
        try:
            fields = self._fields(line)
            if fields is None:
                return
            (meter_id, (month, slot), thousandths, version) = self._read(fields)
        except ValueError as error:
            chunk.rejects.append(Reject(number, str(error), shown(line)))
        else:
            chunk.pages[meter_id, version, month].append((slot, thousandths, number))

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

    def _read(self, fields: list[str]) -> tuple[str, tuple[int, int], int, int]:
        """Return what all fields mean, or say of each what is wrong."""
        first, second, third, fourth = (fields[place] for place in self._order)
        try:
            return (
                self._meters[first],
                self._instants[second],
                self._energies[third],
                self._versions[fourth],
            )
        except ValueError:
            reasons = [
                _why(self._meters, first),
                _why(self._instants, second),
                _why(self._energies, third),
                _why(self._versions, fourth),
            ]
            raise ValueError("; ".join(filter(None, reasons))) from None

    def _meter(self, text: str) -> str:
        meter_id = meter_id_of(text)
        if meter_id not in self._permitted:
            if len(self._permitted) >= MOST_KNOWN:
                self._permitted.clear()
            self._permitted[meter_id] = self._permits.may_write(meter_id)
        if not self._permitted[meter_id]:
            raise ValueError(f"meter {meter_id} is not yours to write")
        return meter_id


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
