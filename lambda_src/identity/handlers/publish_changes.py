"""Tells the other microservices of new users and changed permissions: the table's stream says so.

So nothing that was written stays untold, whatever becomes of the function that wrote it.
"""

from shared.consuming import consume_stream
from shared.event_publisher import EventPublisher, Events
from shared.events import Envelope, Event, InvalidEventError, PermissionsChanged, UserSignedUp
from shared.observability import current_correlation_id, logger
from shared.parking import FailureTopic
from shared.records import Item, TableChange

from identity.adapters.items import PERMISSIONS, PROFILE, grant_of, profile_of
from identity.domain.granting import Grant


def publish_changes(change: TableChange, *, events: Events) -> None:
    """Publish the event of a change; other changes are nobody's business."""
    item = change.new or change.old or {}
    try:
        found = _event(change, item["itemId"]["S"])
        correlation = item.get("correlationId", {}).get("S")
    except (KeyError, ValueError) as error:
        raise InvalidEventError(f"the item of a user does not fit: {error!r}") from error
    if found is None:
        return
    correlation = correlation or current_correlation_id()
    logger.set_correlation_id(correlation)
    # The change's id is the same however often the stream hands it over.
    events.publish(Envelope.of(found, correlation_id=correlation, id_=change.id))


def _event(change: TableChange, item_id: str) -> Event | None:
    if item_id == PROFILE and change.old is None and change.new is not None:
        profile = profile_of(change.new)
        return UserSignedUp(user_id=profile.user_id, email=profile.email)
    if item_id == PERMISSIONS:
        old, new = _grant(change.old), _grant(change.new)
        either = new or old
        before = old.permissions if old else frozenset()
        after = new.permissions if new else frozenset()
        if either is not None and before != after:
            return PermissionsChanged(user_id=either.user_id)
    return None


def _grant(item: Item | None) -> Grant | None:
    return None if item is None else grant_of(item)


handler = consume_stream(
    TableChange,
    publish_changes,
    parking=FailureTopic.from_environment,
    events=EventPublisher.from_environment,
)
