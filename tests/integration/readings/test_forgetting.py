"""Of a user who is gone nothing is left, whoever is at an import of theirs at that moment."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import pytest
from readings.adapters.leftover_files import LeftoverFiles
from readings.adapters.readings_table import ReadingsTable
from readings.domain.packing import Entries, Entry, PageKey
from readings.domain.planning import Standing

from tests.e2e.uploading import file_of, half_hours
from tests.integration.readings.importing import USER, Importing
from tests.waiting import PATIENCE


@pytest.fixture
def importing(readings: None) -> Importing:
    made = Importing()
    made.meters.register("m1", user_id=USER)
    return made


def nobody_is_waited_for() -> None:
    raise AssertionError("nobody is at any range")


class Held:
    """The port `Store`, of somebody who has begun and is held before they write."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.may_go_on = threading.Event()

    def merge(self, pages: Mapping[PageKey, Entries]) -> Iterable[Entry]:
        self.begun.set()
        assert self.may_go_on.wait(PATIENCE)
        return ReadingsTable.from_environment().merge(pages)


class Interrupted(LeftoverFiles):
    """The port `Leftovers`, where something happens just before the rejects are written."""

    before: Callable[[], None]

    def write_rejects(self, standing: Standing, content: Iterator[bytes]) -> None:
        read = list(content)
        self.before()
        super().write_rejects(standing, iter(read))

    def clean(self, standing: Standing, parts: Sequence[str]) -> None:
        """Nothing: here the function is killed."""


def test_of_who_has_imported_and_begun_imports_nothing_is_left(importing: Importing) -> None:
    importing.run(file_of([*half_hours("m1", 3), "bad"]))
    importing.begin()
    importing.put(importing.begin(), file_of(half_hours("m1", 3)))

    importing.forget(nobody_is_waited_for)

    assert (importing.items(), importing.files()) == ([], [])


def test_who_is_at_a_range_is_waited_for_and_what_they_wrote_is_forgotten(
    importing: Importing,
) -> None:
    importing.plan(importing.put(importing.begin(), file_of([*half_hours("m1", 3), "bad"])))
    (message,) = importing.take("RANGES_QUEUE_URL")
    held = Held()
    worker = threading.Thread(target=importing.work, args=(message, held))
    worker.start()
    assert held.begun.wait(PATIENCE)
    written = []

    def wait() -> None:
        held.may_go_on.set()
        worker.join()
        written.extend(importing.items())

    importing.forget(wait)

    assert {"m1"} == {item["meterId"]["S"] for item in written if "packed" in item}
    assert (importing.items(), importing.files()) == ([], [])


def test_who_is_stopped_while_waiting_waits_again(importing: Importing) -> None:
    importing.plan(importing.put(importing.begin(), file_of([*half_hours("m1", 3), "bad"])))
    (message,) = importing.take("RANGES_QUEUE_URL")
    importing.work(message)

    def killed() -> None:
        raise InterruptedError

    for _ in range(2):
        with pytest.raises(InterruptedError):
            importing.forget(killed)
    importing.forget(lambda: None)
    importing.drain()

    assert (importing.items(), importing.files()) == ([], [])


def test_rejects_that_are_written_after_all_was_forgotten_do_not_stay(
    importing: Importing,
) -> None:
    import_id = importing.begin()
    importing.plan(importing.put(import_id, file_of([*half_hours("m1", 3), "bad"])))
    for message in importing.take("RANGES_QUEUE_URL"):
        importing.work(message)
    files = Interrupted.from_environment()
    files.before = lambda: importing.forget(lambda: None)
    (ending,) = importing.take("FINISHING_QUEUE_URL")

    importing.finish(ending, files)

    assert (importing.items(), importing.files()) == ([], [])


def test_who_was_killed_before_taking_rejects_away_takes_them_away_the_next_time(
    importing: Importing,
) -> None:
    done = importing.run(file_of([*half_hours("m1", 3), "bad"]))
    standing = Standing(
        user_id=USER, import_id=done.import_id, status=done.status, correlation_id="c1"
    )
    importing.forget(nobody_is_waited_for)
    LeftoverFiles.from_environment().write_rejects(standing, iter([b"line,reason,row\n"]))
    message = f'{{"userId": "{USER}", "importId": "{done.import_id}", "correlationId": "c1"}}'

    importing.finish(message)

    assert importing.files() == []
