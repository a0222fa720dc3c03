"""Stores what comes by the stream of live readings; what cannot be stored is parked, and why."""

from blockwork.runtime.consuming import consume_stream
from blockwork.runtime.envelope import InvalidEventError
from blockwork.runtime.observability import logger
from blockwork.runtime.parking import FailureTopic
from blockwork.runtime.records import StreamMessage
from readings.adapters.feed_records import post_of
from readings.adapters.meter_table import MeterTable
from readings.adapters.readings_table import ReadingsTable
from readings.domain import feed
from readings.domain.importing import Store
from readings.domain.registry import Owners


def store_readings(message: StreamMessage, *, owners: Owners, store: Store) -> None:
    """Store one post, however often it comes."""
    try:
        post = post_of(message.data)
    except (ValueError, RecursionError) as error:
        raise InvalidEventError(f"the record is no post of readings: {error}") from error
    logger.set_correlation_id(post.correlation_id)
    try:
        if not feed.store(post, owners=owners, store=store):
            logger.info("nobody waits for these readings: their meter is gone")
    except feed.NotStoredError as error:
        raise InvalidEventError(str(error)) from error


handler = consume_stream(
    StreamMessage,
    store_readings,
    parking=FailureTopic.from_environment,
    owners=MeterTable.from_environment,
    store=ReadingsTable.from_environment,
)
