"""Tells the other microservices how an import has ended: the table's stream says so."""

from shared.events import ImportFailed, ReadingsImported

from blockwork.runtime.consuming import consume_stream
from blockwork.runtime.envelope import Envelope, InvalidEventError
from blockwork.runtime.event_publisher import EventPublisher, Events
from blockwork.runtime.observability import logger
from blockwork.runtime.parking import FailureTopic
from blockwork.runtime.records import TableChange
from readings.adapters.import_items import import_of_item, is_import
from readings.domain.imports import Import, ImportStatus


def publish_changes(change: TableChange, *, events: Events) -> None:
    """Publish that a file is stored or cannot be read; other changes are nobody's business."""
    ended = _ended(change)
    if ended is None:
        return
    logger.set_correlation_id(ended.correlation_id)
    event: ReadingsImported | ImportFailed
    if ended.status is ImportStatus.IMPORTED:
        event = ReadingsImported(
            import_id=ended.import_id,
            user_id=ended.user_id,
            accepted=ended.counts.accepted,
            rejected=ended.counts.rejected,
        )
    else:
        event = ImportFailed(
            import_id=ended.import_id, user_id=ended.user_id, reason=ended.reason or ""
        )
    events.publish(
        Envelope.of(
            event,
            correlation_id=ended.correlation_id,
            # The same however often the stream hands the change over.
            id_=f"{ended.import_id}-{ended.status}",
            time=ended.status_since,
        )
    )


def _ended(change: TableChange) -> Import | None:
    """Return the import that has ended with this change, if one has."""
    if change.new is None or not is_import(change.new):
        return None
    try:
        before = change.old["status"]["S"] if change.old else None
        now = import_of_item(change.new)
    except (KeyError, ValueError) as error:
        raise InvalidEventError(f"the item of an import does not fit: {error!r}") from error
    return now if now.status.is_final and now.status != before else None


handler = consume_stream(
    TableChange,
    publish_changes,
    parking=FailureTopic.from_environment,
    events=EventPublisher.from_environment,
)
