"""Tells the others how far an import has come and how it has ended: the table's stream says so."""

from typing import TypeAlias

from shared.events import ImportFailed, ImportProgressed, ReadingsImported

from blockwork.runtime.consuming import consume_stream
from blockwork.runtime.envelope import Envelope, InvalidEventError
from blockwork.runtime.event_publisher import EventPublisher, Events
from blockwork.runtime.observability import logger
from blockwork.runtime.parking import FailureTopic
from blockwork.runtime.records import Item, TableChange
from readings.adapters.import_items import RANGE, import_of_item, is_import, is_range
from readings.domain.imports import Import, ImportStatus

Told: TypeAlias = Envelope[ImportProgressed | ReadingsImported | ImportFailed]


def publish_changes(change: TableChange, *, events: Events) -> None:
    """Publish what has happened to an import; other changes are nobody's business."""
    if change.new is None:
        return
    envelope: Told | None = None
    try:
        if is_range(change.new):
            envelope = _progress_of_range(change.new, change.old)
        elif is_import(change.new):
            envelope = _change_of_import(import_of_item(change.new), change.old)
    except (KeyError, ValueError) as error:
        raise InvalidEventError(f"the item of an import does not fit: {error!r}") from error
    if envelope is not None:
        logger.set_correlation_id(envelope.metadata.correlation_id)
        events.publish(envelope)


def _progress_of_range(new: Item, old: Item | None) -> Told | None:
    if old is not None and old["offset"] == new["offset"]:
        return None
    import_id, _, number = new["itemId"]["S"].removeprefix(RANGE).partition("#")
    return Envelope.of(
        ImportProgressed(import_id=import_id, user_id=new["userId"]["S"]),
        correlation_id=new["correlationId"]["S"],
        id_=f"{import_id}-{number}-{new['offset']['N']}",
    )


def _change_of_import(now: Import, old: Item | None) -> Told | None:
    if old is None or now.status == old["status"]["S"]:
        return None
    event: ImportProgressed | ReadingsImported | ImportFailed
    if now.status is ImportStatus.IMPORTED:
        event = ReadingsImported(
            import_id=now.import_id,
            user_id=now.user_id,
            accepted=now.counts.accepted,
            rejected=now.counts.rejected,
        )
    elif now.status is ImportStatus.FAILED:
        event = ImportFailed(import_id=now.import_id, user_id=now.user_id, reason=now.reason or "")
    else:
        event = ImportProgressed(import_id=now.import_id, user_id=now.user_id)
    return Envelope.of(
        event,
        correlation_id=now.correlation_id,
        # The same however often the stream hands the change over.
        id_=f"{now.import_id}-{now.status}",
        time=now.status_since,
    )


handler = consume_stream(
    TableChange,
    publish_changes,
    parking=FailureTopic.from_environment,
    events=EventPublisher.from_environment,
)
