"""Tells the other microservices of new users and changed permissions: the table's stream says so.

So nothing that was written stays untold, whatever becomes of the function that wrote it.
"""

from shared.events import PermissionsChanged, UserSignedUp
from shared.permissions import Permission

from blockwork.runtime.consuming import consume_stream
from blockwork.runtime.envelope import Envelope, Event, InvalidEventError
from blockwork.runtime.event_publisher import EventPublisher, Events
from blockwork.runtime.observability import logger
from blockwork.runtime.parking import FailureTopic
from blockwork.runtime.records import Item, TableChange
from identity.adapters.items import PERMISSIONS, PROFILE, grant_of


def publish_changes(change: TableChange, *, events: Events) -> None:
    """Publish the event of a change; other changes are nobody's business."""
    item = change.new or change.old or {}
    try:
        event = _event(change, item)
        if event is None:
            return
        correlation = item["correlationId"]["S"]
    except (KeyError, ValueError) as error:
        raise InvalidEventError(f"the item of a user does not fit: {error!r}") from error
    logger.set_correlation_id(correlation)
    # The change's id is the same however often the stream hands it over.
    events.publish(Envelope.of(event, correlation_id=correlation, id_=change.id))


def _event(change: TableChange, item: Item) -> Event | None:
    user_id, item_id = item["userId"]["S"], item["itemId"]["S"]
    if change.new is None:  # forgotten, which `UserDeleted` has said before
        return None
    if item_id == PROFILE and change.old is None:
        return UserSignedUp(user_id=user_id, email=item["email"]["S"])
    if item_id == PERMISSIONS and _granted(change.old) != _granted(change.new):
        return PermissionsChanged(user_id=user_id)
    return None


def _granted(item: Item | None) -> frozenset[Permission]:
    return frozenset() if item is None else grant_of(item).permissions


handler = consume_stream(
    TableChange,
    publish_changes,
    parking=FailureTopic.from_environment,
    events=EventPublisher.from_environment,
)
