"""Files of readings as people really send them."""

import gzip
from datetime import UTC, datetime

import pytest
from readings.domain.csv_file import LONGEST_ROW, UnreadableFileError, layout_of
from readings.domain.inflating import inflate
from readings.domain.packing import PageKey, month_and_slot

from tests.unit.lambda_src.readings.fakes import Meters
from tests.unit.lambda_src.readings.importer import Import

HEADER = b"meterId,readAt,kwh,version\n"
ROW = b"m1,2026-03-01T09:30:00Z,0.125,1\n"
LATER = b"m1,2026-03-01T10:00:00Z,0.250,1\n"


def imported(content: bytes, *own: str) -> Import:
    return Import(content, meters=Meters(*own)).run()


def counts(content: bytes) -> tuple[int, int, int]:
    done = imported(content)
    return done.accepted, done.rejected, done.thousandths


@pytest.mark.parametrize(
    "content",
    [
        HEADER + ROW + LATER,
        b"\xef\xbb\xbf" + HEADER + ROW + LATER,
        (HEADER + ROW + LATER).replace(b"\n", b"\r\n"),
        (HEADER + ROW + LATER)[:-1],
        (HEADER + ROW + LATER).replace(b",", b";"),
        b"\xef\xbb\xbf" + (HEADER + ROW + LATER).replace(b",", b";").replace(b"\n", b"\r\n")[:-2],
        (HEADER + ROW + LATER).replace(b"m1", b'"m1"').replace(b"0.125", b'"0.125"'),
        HEADER.replace(b"kwh", b'"kwh"') + ROW + LATER,
        (HEADER + ROW + LATER).replace(b",", b" , "),
        HEADER + b"\n" + ROW + b"\r\n  \n" + LATER + b"\n\n",
        b"kwh,version,meterId,readAt\n0.125,1,m1,2026-03-01T09:30:00Z\n"
        b"0.25,1,m1,2026-03-01T11:00:00+01:00\n",
    ],
    ids=[
        "as it should be", "BOM", "CRLF", "no last newline", "semicolons", "all of these",
        "quotes", "quoted header", "blanks around fields", "blank lines", "header in another order",
    ],
)  # fmt: skip
def test_what_says_two_readings_is_taken_as_two(content: bytes) -> None:
    assert counts(content) == (2, 0, 375)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "the file is empty, its first line must be meterId,readAt,kwh,version"),
        (b"\xef\xbb\xbf\r\n", "the file is empty"),
        (b"meter,time,value\n" + ROW, "the first line must be .*, got 'meter,time,value'"),
        (ROW, "the first line must be"),
        (HEADER.replace(b"version", b"version,note"), "the first line must be"),
        (HEADER.replace(b"version", b"kwh"), "the first line must be"),
        (b"\xffmeterId,readAt,kwh,version\n", "the first line must be"),
        (b"a" * 5000, "the first line must be"),
        (HEADER.decode().encode("utf-16"), "the file is no text in UTF-8"),
        (b"PK\x03\x04" + ROW, "the file is no text in UTF-8"),
        (b"\x89PNG\r\n\x1a\n\0\0", "the first line must be"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_of_readings_says_why(content: bytes, why: str) -> None:
    with pytest.raises(UnreadableFileError, match=why):
        layout_of(content)


def test_a_file_of_a_header_alone_has_no_rows() -> None:
    assert counts(HEADER) == counts(HEADER[:-1]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"m/1,2026-03-01T09:30:00Z,1,1", "meterId must be 1 to 64 letters, digits"),
        (b",2026-03-01T09:30:00Z,1,1", "meterId must be 1 to 64 letters, digits"),
        (b"m1,2026-03-01T09:30:00,1,1", "readAt must say its offset from UTC, such as Z"),
        (b"m1,01.03.2026 09:30,1,1", "readAt must be ISO 8601 such as 2026-03-01T09:30:00Z"),
        (b"m1,2026-02-29T09:30:00Z,1,1", "readAt must be a day and time that exist"),
        (b"m1,2026-03-01T09:31:00Z,1,1", "readAt must be on :00 or :30, got 09:31:00 UTC"),
        (b"m1,2026-03-01T09:30:00+05:45,1,1", "readAt must be on :00 or :30, got 03:45:00 UTC"),
        (b"m1,1999-12-31T23:30:00Z,1,1", "readAt must be in the years 2000 to 2099, got 1999"),
        (b"m1,2026-03-01T09:30:00Z,-1,1", "kwh must be a decimal with a point"),
        (b"m1,2026-03-01T09:30:00Z,0.1234,1", "kwh must be a decimal with a point"),
        ("m1,2026-03-01T09:30:00Z,\u0661,1".encode(), "kwh must be a decimal with a point"),
        (b"m1,2026-03-01T09:30:00Z,1e3,1", "kwh must be a decimal with a point"),
        (b"m1,2026-03-01T09:30:00Z,4000000.001,1", "kwh must be at most 4000000"),
        (b"m1,2026-03-01T09:30:00Z,1,0", "version must be an integer from 1 to 24"),
        (b"m1,2026-03-01T09:30:00Z,1,25", "version must be an integer from 1 to 24, got '25'"),
        (b"m1,2026-03-01T09:30:00Z,1", "a row must have 4 fields, got 3"),
        (b'm1,2026-03-01T09:30:00Z,"1,5",1', "kwh must be a decimal with a point"),
        (b"m1,2026-03-01T09:30:00Z,1,1,", "a row must have 4 fields, got 5"),
        (b'm1,"2026-03-01T09:30:00Z,1,1', "a quoted field must end with its quote"),
        (b"m\xe91,2026-03-01T09:30:00Z,1,1", "a row must be UTF-8, byte 2 of it is 0xe9"),
        (b"m1,2026-03-01T09:30:00Z,1,1" + b" " * LONGEST_ROW, "a row must have at most 1,024 b"),
        (b"m1," + b" " * 300 + b"2026-03-01T09:30:00Z,1,1", "a field must have at most 200 c"),
    ],
)  # fmt: skip
def test_a_bad_row_is_rejected_with_what_teaches_and_no_other_row_is(
    row: bytes, reason: str
) -> None:
    done = imported(HEADER + ROW + row + b"\n" + LATER, "m1")

    assert (done.accepted, done.rejected, done.thousandths) == (2, 1, 375)
    (reject,) = done.rejects_file
    assert reject.removeprefix("3,").startswith((reason, f'"{reason}'))


def test_every_field_that_is_wrong_is_said() -> None:
    (reject,) = imported(HEADER + b"?,now,-1,x\n").rejects_file

    for field in ("meterId must", "; readAt must", "; kwh must", "; version must"):
        assert field in reject


def test_a_quoted_end_of_line_makes_two_bad_rows() -> None:
    done = imported(HEADER + ROW + b'm1,2026-03-01T10:00:00Z,"1\n5",1\n' + LATER)

    assert (done.accepted, done.rejected) == (2, 2)
    assert [line.partition(",")[0] for line in done.rejects_file] == ["3", "4"]


def test_fields_that_move_to_the_next_line_are_no_row() -> None:
    assert counts(HEADER + ROW[:-3] + b"\n1," + LATER) == (0, 2, 0)


def test_a_row_of_a_meter_that_may_not_be_written_is_refused_and_asked_for_once() -> None:
    meters = Meters("m1")
    done = Import(HEADER + ROW + ROW.replace(b"m1", b"m2") * 3, meters=meters).run()

    assert (done.accepted, done.rejected) == (1, 3)
    assert "meter m2 is not yours to write" in done.rejects_file[0]
    assert sorted(meters.asked) == ["m1", "m2"]


def test_the_same_row_again_is_accepted_and_another_value_is_not_the_first_wins() -> None:
    other = ROW.replace(b"0.125", b"0.126")
    done = imported(HEADER + ROW + ROW + other + ROW)

    assert (done.accepted, done.rejected, done.thousandths) == (3, 1, 375)
    (reject,) = done.rejects_file
    assert reject.startswith('4,"another value than 0.126 is stored for this half hour')


def test_what_is_stored_wins_over_the_first_of_a_file() -> None:
    first = imported(HEADER + ROW)
    other = ROW.replace(b"0.125", b"0.126")
    again = Import(HEADER + other + ROW, readings=first.readings).run()

    assert (again.accepted, again.rejected, again.thousandths) == (1, 1, 125)


@pytest.mark.parametrize(
    ("rows", "half_hours"),
    [
        ("2026-03-29T{:02}:{}:00+00:00 0 2026-03-29T{:02}:{}:00+01:00 2", 46),
        ("2026-10-25T{:02}:{}:00+01:00 0 2026-10-25T{:02}:{}:00+00:00 1", 50),
    ],
)
def test_a_local_day_of_another_length_has_as_many_readings(rows: str, half_hours: int) -> None:
    before, _, after, turn = rows.split()
    # In spring the hour from 01:00 is left out, in autumn it comes twice.
    hours = [(before, hour) for hour in range(1 if turn == "2" else 2)]
    hours += [(after, hour) for hour in range(int(turn), 24)]
    lines = [f"m1,{at.format(h, m)},1,1\n" for at, h in hours for m in ("00", "30")]
    done = imported(HEADER + "".join(lines).encode())

    assert (done.accepted, done.rejected, done.thousandths) == (half_hours, 0, half_hours * 1000)
    months = [page for key, page in done.readings.pages.items() if key.version == 1]
    stored = [value for page in months for value in page.values if value == 1000]
    assert len(stored) == half_hours


def test_one_instant_is_one_reading_whatever_its_offset() -> None:
    done = imported(HEADER + ROW + ROW.replace(b"09:30:00Z", b"10:30:00+01:00"))
    month, slot = month_and_slot(datetime(2026, 3, 1, 9, 30, tzinfo=UTC))

    assert done.accepted == 2
    page = done.readings.pages[PageKey("m1", 1, month)]
    assert [at for at, value in enumerate(page.values) if value == 125] == [slot]


def test_a_row_longer_than_all_memory_for_it_is_one_bad_row() -> None:
    content = HEADER + ROW + b"x" * 1_000_000 + b"\n" + LATER
    done = Import(content, block=1000, most_bytes=100_000).run()

    assert (done.accepted, done.rejected, done.thousandths) == (2, 1, 375)
    (reject,) = done.rejects_file
    assert reject == '3,"a row must have at most 1,024 bytes",' + "x" * 200


def blocks(content: bytes, size: int) -> list[bytes]:
    return [content[place : place + size] for place in range(0, len(content), size)]


@pytest.mark.parametrize("size", [1, 7, 1 << 16])
def test_what_was_compressed_comes_out_as_it_was_though_in_several_members(size: int) -> None:
    content = HEADER + ROW * 1000
    packed = gzip.compress(content[:500]) + gzip.compress(content[500:]) + b"\0\0"

    expanded = b"".join(inflate(blocks(packed, size), most_bytes=len(content)))

    assert expanded == content


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda packed: packed[:-9], "the file breaks off"),
        (lambda packed: b"", "the file breaks off"),
        (lambda packed: packed[:30] + b"\xff\xff" + packed[32:], "the file is damaged"),
        (lambda packed: packed + b"more", "the file is damaged"),
    ],
)  # fmt: skip
def test_a_damaged_file_says_so(damage: object, why: str) -> None:
    assert callable(damage)
    packed = damage(gzip.compress(HEADER + ROW * 1000))

    with pytest.raises(UnreadableFileError, match=why):
        list(inflate([packed], most_bytes=1 << 20))


def test_a_bomb_is_given_up_at_its_bound() -> None:
    given: list[int] = []
    expanded = inflate([gzip.compress(b"x" * 50_000_000)], most_bytes=4_000_000)

    with pytest.raises(UnreadableFileError, match="at most 4,000,000 bytes once it is expanded"):
        given.extend(map(len, expanded))
    assert sum(given) <= 4_000_000
