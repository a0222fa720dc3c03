"""A file from its arrival to its end: every row is in exactly one place, whatever comes twice."""

import gzip

import pytest
from readings.domain import planning
from readings.domain.imports import Counts, ImportStatus

from tests.e2e.uploading import file_of, half_hours
from tests.integration.readings.importing import USER, Importing


@pytest.fixture
def importing(readings: None) -> Importing:
    made = Importing()
    made.meters.register("m1", user_id=USER)
    made.meters.register("theirs", user_id="user-2")
    return made


@pytest.fixture
def small_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut files into ranges of some rows."""
    monkeypatch.setattr(planning, "RANGE_BYTES", 500)


def test_bad_rows_are_told_with_their_line_and_the_others_stored(importing: Importing) -> None:
    rows = [*half_hours("m1", 3), "theirs,2025-01-01T00:00Z,1,1", *half_hours("m1", 1), "m1,x"]

    done = importing.run(file_of(rows))

    assert done.status is ImportStatus.IMPORTED
    assert done.counts == Counts(accepted=4, rejected=2)
    assert [(each["line"], each["row"]) for each in importing.rejects(done.import_id)] == [
        ("5", "theirs,2025-01-01T00:00Z,1,1"),
        ("7", "m1,x"),
    ]
    assert importing.files() == [f"rejects/{USER}/{done.import_id}.csv"]


@pytest.mark.usefixtures("small_ranges")
def test_lines_are_counted_over_all_ranges_whichever_is_done_first(importing: Importing) -> None:
    rows = [row if place % 10 else f"bad-{place}" for place, row in enumerate(half_hours("m1", 95))]
    import_id = importing.begin()
    importing.plan(importing.put(import_id, file_of(rows)))
    ranges = importing.take("RANGES_QUEUE_URL")
    assert len(ranges) > 3

    for message in reversed(ranges):
        assert importing.imports.get(USER, import_id).status is ImportStatus.IMPORTING
        importing.work(message)
    importing.drain()

    assert importing.imports.get(USER, import_id).counts == Counts(accepted=85, rejected=10)
    assert [each["line"] for each in importing.rejects(import_id)] == [
        str(place + 2) for place in range(0, 95, 10)
    ]


@pytest.mark.usefixtures("small_ranges")
def test_whatever_is_delivered_twice_counts_once(importing: Importing) -> None:
    rows = [*half_hours("m1", 40), "bad", *half_hours("m1", 80)]
    import_id = importing.begin()
    notice = importing.put(import_id, file_of(rows))
    importing.plan(notice)
    importing.plan(notice)
    messages = importing.take("RANGES_QUEUE_URL")
    assert len(messages) == 2 * len(set(messages))

    for message in messages:
        importing.work(message)
    endings = importing.take("FINISHING_QUEUE_URL")
    for message in endings * 2:
        importing.finish(message)
    for message in messages:
        importing.work(message)  # of an import that is over
    importing.drain()

    assert importing.imports.get(USER, import_id).counts == Counts(accepted=120, rejected=1)
    assert len(importing.rejects(import_id)) == 1


@pytest.mark.usefixtures("small_ranges")
def test_what_is_not_done_in_time_is_handed_on(
    importing: Importing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("readings.domain.importing.CHUNK_LINES", 2)
    monkeypatch.setattr("readings.domain.csv_file.PIECE", 64)
    importing.seconds = 0

    done = importing.run(file_of(half_hours("m1", 60)))

    assert done.status is ImportStatus.IMPORTED
    assert done.counts == Counts(accepted=60)


def test_a_file_that_was_compressed_is_expanded(importing: Importing) -> None:
    done = importing.run(gzip.compress(file_of(half_hours("m1", 60))))

    assert done.counts == Counts(accepted=60)
    assert importing.files() == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a,b,c\n1,2,3\n", "first line must be"),
        (b"\n", "empty"),
        (gzip.compress(b"a" * 1000)[:-10], "breaks off"),
        (gzip.compress(b"a,b\n"), "first line must be"),
        (b"PK\x03\x04", "no text"),
    ],
    ids=["header", "empty", "broken off", "header within", "zip"],
)
def test_a_file_that_cannot_be_read_fails_with_the_reason(
    importing: Importing, content: bytes, reason: str
) -> None:
    done = importing.run(content)

    assert done.status is ImportStatus.FAILED
    assert reason in (done.reason or "")
    assert importing.take("RANGES_QUEUE_URL") == []


def test_a_file_without_rows_is_imported(importing: Importing) -> None:
    done = importing.run(file_of([]))

    assert (done.status, done.counts) == (ImportStatus.IMPORTED, Counts())


def test_who_uploads_another_file_by_the_same_form_changes_nothing(importing: Importing) -> None:
    import_id = importing.begin()
    first = importing.put(import_id, file_of(half_hours("m1", 3)))
    importing.plan(first)
    second = importing.put(import_id, file_of(half_hours("m1", 9)))
    importing.plan(second)
    importing.drain()

    assert importing.imports.get(USER, import_id).counts == Counts(accepted=3)


def test_an_upload_that_was_replaced_before_it_was_read_is_not_read(importing: Importing) -> None:
    import_id = importing.begin()
    first = importing.put(import_id, file_of(half_hours("m1", 3)))
    second = importing.put(import_id, file_of(half_hours("m1", 9)))
    importing.plan(first)
    assert importing.imports.get(USER, import_id).status is ImportStatus.AWAITING_UPLOAD

    importing.plan(second)
    importing.drain()

    assert importing.imports.get(USER, import_id).counts == Counts(accepted=9)


def test_an_upload_that_nobody_waits_for_is_deleted(importing: Importing) -> None:
    importing.plan(importing.put("unknown", file_of(half_hours("m1", 3))))

    assert importing.files() == []


def test_a_permission_that_the_uploader_had_is_enough(importing: Importing) -> None:
    rows = [*half_hours("theirs", 2), *half_hours("nobodys", 2)]

    assert importing.run(file_of(rows)).counts == Counts(rejected=4)
    assert importing.run(file_of(rows), may_write=("meters/th*",)).counts == Counts(
        accepted=2, rejected=2
    )
    assert importing.run(file_of(rows), may_write=("*",)).counts == Counts(accepted=4)


def test_two_imports_of_other_values_at_once_leave_each_row_in_one_place(
    importing: Importing,
) -> None:
    ids = [importing.begin(), importing.begin()]
    for import_id, more in zip(ids, (0, 1000), strict=True):
        rows = half_hours("m1", 50, kwh=lambda place, more=more: place + more)  # type: ignore[misc]
        importing.plan(importing.put(import_id, file_of(rows)))
    importing.drain()

    first, second = (importing.imports.get(USER, each).counts for each in ids)
    assert {first, second} == {Counts(accepted=50), Counts(rejected=50)}
