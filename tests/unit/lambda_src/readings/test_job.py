"""A file arrives, is planned, worked on in ranges, and ends: each step once, twice, or too late."""

import gzip
from dataclasses import replace

import pytest
from readings.domain import importing, planning
from readings.domain.imports import Counts, ImportStatus

from blockwork.runtime.envelope import InvalidEventError
from tests.unit.lambda_src.readings.job import REJECTS, UPLOAD, Job

HEADER = b"meterId,readAt,kwh,version\n"
FILE = HEADER + b"".join(
    b"%s,2026-01-%02dT00:00:00Z,0.5,1\n" % (b"m2" if day == 3 else b"m1", day)
    for day in range(1, 10)
)


@pytest.fixture(params=[1 << 20, 100], ids=["one range", "three ranges"], autouse=True)
def range_bytes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "RANGE_BYTES", request.param)


def assert_imported(job: Job) -> None:
    assert job.status is ImportStatus.IMPORTED
    assert job.table.counts == Counts(accepted=8, rejected=1)
    assert list(job.bucket.files) == [REJECTS]
    line, reason, *_ = job.bucket.files[REJECTS].decode().split("\n")[1].split(",")
    assert line == "4"
    assert "m2" in reason


@pytest.mark.parametrize("upload", [FILE, gzip.compress(FILE)], ids=["plain", "gzip"])
def test_every_row_is_stored_or_among_the_rejects(upload: bytes) -> None:
    job = Job(upload)

    job.arrive()
    assert job.status is ImportStatus.IMPORTING
    job.work()

    assert_imported(job)


def test_what_is_told_twice_is_done_once() -> None:
    job = Job(FILE)
    job.arrive()
    job.arrive()
    messages = list(job.queues.ranges)

    job.work()
    for message in messages:  # too late: the import is over
        job.work_on(message)
    job.arrive()
    job.work()

    assert_imported(job)


def test_who_finds_a_range_done_says_so_again() -> None:
    job = Job(FILE)
    job.arrive()
    messages = list(job.queues.ranges)
    for message in messages:
        job.work_on(message)
    job.queues.endings.clear()  # nobody heard it

    job.work_on(messages[0])
    job.work()

    assert_imported(job)


def test_work_that_takes_too_long_is_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "CHUNK_LINES", 1)
    monkeypatch.setattr("readings.domain.csv_file.PIECE", 1)
    job = Job(FILE, seconds=0)

    job.arrive()
    job.work()

    assert job.invocations >= 9
    assert_imported(job)


def test_who_looks_too_early_ends_nothing() -> None:
    job = Job(FILE)
    job.arrive()
    assert job.table.kept
    job.queues.finish(job.table.kept)

    job.finish(job.queues.endings.pop())

    assert job.status is ImportStatus.IMPORTING
    job.work()
    assert_imported(job)


@pytest.mark.parametrize("may_write", [("meters/m2",), ("*",)])
def test_rows_of_a_meter_that_the_user_was_permitted_to_write_are_stored(
    may_write: tuple[str, ...],
) -> None:
    job = Job(FILE)
    assert job.table.kept
    job.table.kept = replace(job.table.kept, may_write=may_write)

    job.arrive()
    job.work()

    assert job.table.counts == Counts(accepted=9, rejected=0)
    assert job.bucket.files == {}


def test_a_file_without_rows_is_imported_at_once() -> None:
    job = Job(HEADER)

    job.arrive()
    job.work()

    assert (job.status, job.table.counts) == (ImportStatus.IMPORTED, Counts())


@pytest.mark.parametrize(
    ("upload", "reason"),
    [
        (b"", "the file is empty"),
        (b"a,b\n1,2\n", "the first line must be"),
        (gzip.compress(FILE)[:-9], "breaks off"),
        (gzip.compress(b"a,b\n"), "the first line must be"),
    ],
    ids=["empty", "header", "gzip", "header in gzip"],
)
def test_a_file_that_cannot_be_read_is_failed_with_its_reason(upload: bytes, reason: str) -> None:
    job = Job(upload)

    job.arrive()
    job.work()

    assert job.status is ImportStatus.FAILED
    assert reason in (job.table.reason or "")
    assert UPLOAD not in job.bucket.files


def test_of_an_upload_that_was_replaced_only_its_successor_is_planned() -> None:
    job = Job(FILE)
    job.bucket.etag = "another"

    job.arrive()

    assert job.status is ImportStatus.AWAITING_UPLOAD


def test_nothing_is_done_for_who_is_gone() -> None:
    job = Job(FILE)
    job.arrive()
    messages = list(job.queues.ranges)
    job.table.kept = None

    job.arrive()
    job.work()

    assert len(messages) == job.invocations
    assert job.readings.pages == {}
    assert UPLOAD not in job.bucket.files


@pytest.mark.parametrize(
    ("key", "source"), [("elsewhere/x", "aws.s3"), ("uploads/x", "aws.s3"), (UPLOAD, "my.app")]
)
def test_what_tells_of_no_upload_is_refused(key: str, source: str) -> None:
    with pytest.raises(InvalidEventError):
        Job(FILE).arrive(key, source=source)
