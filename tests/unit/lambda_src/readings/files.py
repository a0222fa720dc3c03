"""Files of readings with every oddity, and what must become of each of their rows."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import strategies as st

NAMES = ("meterId", "readAt", "kwh", "version")
OWN = ("m1", "m2")
BAD = (
    b"", b"m1", b",,,", b'"', b'"m1,2026-01-01T00:00:00Z,1,1', b"m1,2026-01-01T00:00:00Z,1",
    b"1,m1,2026-01-01T00:00:00Z,1,1", b"\xff\xfe,\xc3,1,1", b"m9,2026-01-01T00:00:00Z,1,1",
    b"x" * 1500, "mètre,2026-01-01T00:00:00Z,1,1".encode(), b"m1,2026-01-01T00:15:00Z,1,1",
    b"m1,2026-01-01T00:00:00,1,1", b"m1,2026-01-01T00:00:00Z,-1,1",
    b"m1\0,2026-01-01T00:00:00Z,1,1", b"\xe2\x80\xa8", b"m1,2026-01-01T00:00:00Z,1,25", b"a\rb",
)  # fmt: skip
"""None of them is blank but the first one, and none is a reading, in any layout."""


@dataclass(frozen=True)
class Row:
    """A line, and the reading that it says: its half hour and thousandths; None if it is bad."""

    content: bytes
    says: tuple[tuple[str, datetime, int], int] | None = None

    @property
    def is_blank(self) -> bool:
        return not self.content.strip(b" \t\r")


@dataclass(frozen=True)
class File:
    """A file, and its rows."""

    content: bytes
    rows: tuple[Row, ...]

    @property
    def data_rows(self) -> int:
        return sum(not row.is_blank for row in self.rows)

    @property
    def expected(self) -> tuple[int, int, int]:
        """How many rows are accepted and rejected, and the sum of what is accepted."""
        stored: dict[tuple[str, datetime, int], int] = {}
        good = [row.says for row in self.rows if row.says is not None]
        taken = [value for half_hour, value in good if stored.setdefault(half_hour, value) == value]
        return len(taken), self.data_rows - len(taken), sum(taken)


@st.composite
def rows(draw: st.DrawFn, separator: str, order: tuple[int, ...], end: bytes) -> Row:
    if draw(st.integers(0, 5)) == 0:
        return Row(draw(st.sampled_from(BAD)) + end)
    meter, version = draw(st.sampled_from(OWN)), draw(st.integers(1, 3))
    read_at = datetime(2026, 1, 31, 22, tzinfo=UTC) + draw(st.integers(0, 9)) * timedelta(
        minutes=30
    )
    offset = timezone(timedelta(minutes=30 * draw(st.sampled_from([0, 0, 2, -7, 11]))))
    thousandths = draw(st.sampled_from([0, 1, 1500, 4_000_000_000]))
    fields = [meter, read_at.astimezone(offset).isoformat(), f"{thousandths / 1000:.3f}"]
    fields.append(str(version))
    quote = draw(st.sampled_from(["", "", '"', " "]))
    line = separator.join(f"{quote}{fields[place]}{quote}" for place in order)
    return Row(line.encode() + end, ((meter, read_at, version), thousandths))


@st.composite
def files(draw: st.DrawFn) -> File:
    separator, order = draw(st.sampled_from(",;")), tuple(draw(st.permutations(range(4))))
    end = draw(st.sampled_from([b"", b"\r"]))
    some = draw(st.lists(rows(separator, order, end), max_size=15))
    header = separator.join(NAMES[place] for place in order).encode() + end
    last = draw(st.sampled_from([b"\n", b""]))
    bom = draw(st.sampled_from([b"", b"\xef\xbb\xbf"]))
    content = bom + b"\n".join([header, *(row.content for row in some)]) + last
    return File(content, tuple(some))
