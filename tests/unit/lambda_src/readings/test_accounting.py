"""Every row of every file ends in exactly one place, whatever happens to who works on it."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.lambda_src.readings.fakes import InMemoryReadings, Meters
from tests.unit.lambda_src.readings.files import OWN, File, files
from tests.unit.lambda_src.readings.importer import Import

FEW = settings(max_examples=40)
"""Each example has dozens of rows and several workers."""


@pytest.fixture(autouse=True, scope="module")
def _small_chunks() -> Iterator[None]:
    """Let a file of a few rows have several chunks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("readings.domain.importing.CHUNK_LINES", 5)
        patch.setattr("readings.domain.csv_file.PIECE", 100)
        yield


def an_import(file: File, **given: object) -> Import:
    return Import(file.content, meters=Meters(*OWN), **given)  # type: ignore[arg-type]


def outcome(done: Import) -> tuple[int, int, int]:
    return done.accepted, done.rejected, done.thousandths


@FEW
@given(files(), st.integers(1, 300))
def test_accepted_and_rejected_rows_are_all_rows(file: File, block: int) -> None:
    done = an_import(file, block=block).run()

    assert outcome(done) == file.expected
    assert done.accepted + done.rejected == file.data_rows
    numbers = [int(line.partition(",")[0]) for line in done.rejects_file]
    assert len(numbers) == done.rejected
    assert numbers == sorted(set(numbers))
    bad = {at for at, row in enumerate(file.rows, 2) if row.says is None and not row.is_blank}
    assert bad <= set(numbers)


@FEW
@given(files(), st.integers(1, 300), st.integers(1, 300))
def test_a_file_that_is_cut_anywhere_is_the_file(file: File, most_bytes: int, block: int) -> None:
    whole = an_import(file).run()
    parts = an_import(file, most_bytes=most_bytes, block=block).run()

    assert outcome(parts) == outcome(whole) == file.expected
    assert parts.rejects_file == whole.rejects_file
    assert parts.readings.pages == whole.readings.pages


@FEW
@given(files(), st.integers(50, 900), st.lists(st.booleans(), max_size=60), st.booleans())
def test_a_worker_that_is_killed_anywhere_loses_and_doubles_nothing(
    file: File, most_bytes: int, deaths: list[bool], slow: bool
) -> None:
    whole = an_import(file, most_bytes=most_bytes).run()
    rest = iter(deaths)
    done = an_import(
        file,
        most_bytes=most_bytes,
        killed=lambda: next(rest, False),
        time_left=lambda: not slow,
    ).run()

    assert outcome(done) == file.expected
    assert done.rejects_file == whole.rejects_file
    assert done.readings.pages == whole.readings.pages


@FEW
@given(files(), st.integers(50, 900), st.lists(st.booleans(), max_size=40))
def test_two_workers_on_one_range_count_each_row_once(
    file: File, most_bytes: int, comes: list[bool]
) -> None:
    turns = iter(comes)
    whole = an_import(file, most_bytes=most_bytes).run()
    done = an_import(file, most_bytes=most_bytes, time_left=lambda: False)

    def another() -> bool:
        """At some steps of one worker, let another do the next chunk of the same range."""
        if next(turns, False):
            done.killed, kept = (lambda: False), done.killed
            done.work(number)
            done.killed = kept
        return False

    done.killed = another
    for number in range(len(done.ranges)):
        while not done.work(number):
            pass
        assert done.work(number)  # delivered once more

    assert outcome(done) == file.expected
    assert done.rejects_file == whole.rejects_file


@FEW
@given(files(), files(), st.lists(st.booleans(), max_size=40))
def test_two_imports_of_the_same_half_hours_account_for_all_rows_of_both(
    one: File, two: File, turns: list[bool]
) -> None:
    readings = InMemoryReadings()
    first, second = (
        an_import(file, readings=readings, time_left=lambda: False) for file in (one, two)
    )
    left = [done for done in (first, second) if done.ranges]
    order = iter(turns)
    while left:
        done = left[next(order, False) and len(left) > 1]
        if done.work(0):
            left.remove(done)

    for file, done in ((one, first), (two, second)):
        assert done.accepted + done.rejected == file.data_rows
    # What is stored is what was accepted, of both: each half hour has one value.
    again = [an_import(file, readings=readings).run() for file in (one, two)]
    assert [outcome(done) for done in again] == [outcome(first), outcome(second)]


@FEW
@given(files())
def test_the_same_file_again_has_the_same_outcome_and_stores_nothing(file: File) -> None:
    first = an_import(file).run()
    stored = {key: page.values[:] for key, page in first.readings.pages.items()}
    again = an_import(file, readings=first.readings).run()

    assert outcome(again) == outcome(first)
    assert again.rejects_file == first.rejects_file
    assert {key: page.values for key, page in first.readings.pages.items()} == stored
