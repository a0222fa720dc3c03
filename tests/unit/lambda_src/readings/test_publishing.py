"""What the other services are told of imports, from the changes of their table."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from readings.adapters.import_items import import_item, iso, key
from readings.domain.imports import Filename, Import, ImportStatus
from readings.handlers.publish_changes import publish_changes
from shared.events import ImportFailed, ImportProgressed, ReadingsImported

from blockwork.runtime.envelope import Envelope, InvalidEventError
from blockwork.runtime.records import TableChange
from tests.unit.blockwork.runtime.fakes import PublishedEvents

NOW = datetime(2026, 3, 1, tzinfo=UTC)
IMPORT = Import(
    user_id="user-2",
    import_id="i1",
    filename=Filename("a.csv"),
    status=ImportStatus.IMPORTING,
    status_since=NOW,
    created_at=NOW,
    correlation_id="c1",
)
Item = dict[str, Any]


RANGE: Item = {
    **key("user-2", "range#i1#00001"),
    "offset": {"N": "5"},
    "correlationId": {"S": "c1"},
}


def item(status: ImportStatus, **more: Item) -> Item:
    return {**import_item(replace(IMPORT, status=status)), **more}


def told(new: Item | None, old: Item | None = None) -> list[Envelope[Any]]:
    events = PublishedEvents()
    publish_changes(TableChange(id="1", kind="MODIFY", old=old, new=new), events=events)
    return events.published


def test_an_import_that_has_ended_is_told_with_its_numbers() -> None:
    before = item(ImportStatus.IMPORTING)
    counts = {"accepted": {"N": "7"}, "rejected": {"N": "2"}}

    (envelope,) = told(item(ImportStatus.IMPORTED, **counts), before)

    assert envelope.data == ReadingsImported(
        import_id="i1", user_id="user-2", accepted=7, rejected=2
    )
    assert (envelope.metadata.id, envelope.metadata.correlation_id) == ("i1-IMPORTED", "c1")


def test_a_file_that_cannot_be_read_is_told_with_its_reason() -> None:
    failed = item(ImportStatus.FAILED, reason={"S": "it is empty"})

    (envelope,) = told(failed, item(ImportStatus.AWAITING_UPLOAD))

    assert envelope.data == ImportFailed(import_id="i1", user_id="user-2", reason="it is empty")


@pytest.mark.parametrize(
    ("new", "old", "id_"),
    [
        (item(ImportStatus.IMPORTING), item(ImportStatus.AWAITING_UPLOAD), "i1-IMPORTING"),
        (RANGE, None, "i1-00001-5"),
        ({**RANGE, "offset": {"N": "9"}}, RANGE, "i1-00001-9"),
    ],
    ids=["planned", "a range begun", "a range further"],
)
def test_that_an_import_has_come_further_is_told(new: Item, old: Item | None, id_: str) -> None:
    (envelope,) = told(new, old)

    assert envelope.data == ImportProgressed(import_id="i1", user_id="user-2")
    assert (envelope.metadata.id, envelope.metadata.correlation_id) == (id_, "c1")


@pytest.mark.parametrize(
    ("new", "old"),
    [
        (item(ImportStatus.AWAITING_UPLOAD), None),
        (item(ImportStatus.IMPORTED), item(ImportStatus.IMPORTED)),
        (None, item(ImportStatus.IMPORTED)),
        (RANGE, RANGE),
        ({"userId": {"S": "user-2"}, "itemId": {"S": "other#1"}}, None),
    ],
    ids=["begun", "nothing new", "forgotten", "no progress", "something else"],
)
def test_of_other_changes_nobody_is_told(new: Item | None, old: Item | None) -> None:
    assert told(new, old) == []


def test_an_item_that_fits_no_import_is_refused() -> None:
    lost = {**key("user-2", "import#i1"), "status": {"S": "LOST"}, "statusSince": {"S": iso(NOW)}}

    with pytest.raises(InvalidEventError, match="does not fit"):
        told(lost)
