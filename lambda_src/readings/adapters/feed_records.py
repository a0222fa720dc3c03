"""What a record of the feed says, in the stream and in the failure chain: JSON."""

from typing import Annotated

import msgspec
from msgspec import Meta

from readings.domain.feed import MOST_READINGS, VERSION, Energy, Moment, Post
from readings.domain.reading import Reading, meter_id_of


class LiveReading(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True
):
    """The energy of one half hour, which begins at `readAt`."""

    read_at: Moment
    kwh: Energy

    def of(self, meter_id: str) -> Reading:
        """Return what a meter says by it."""
        return Reading(
            meter_id=meter_id,
            read_at=self.read_at.instant,
            thousandths=self.kwh.thousandths,
            version=VERSION,
        )


LiveReadings = Annotated[list[LiveReading], Meta(min_length=1, max_length=MOST_READINGS)]


class FeedRecord(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A post on its way."""

    meter_id: str
    user_id: str
    is_permitted: bool
    correlation_id: str
    readings: LiveReadings


def record_of(post: Post) -> bytes:
    """Write a post."""
    return msgspec.json.encode(
        {
            "meterId": post.meter_id,
            "userId": post.user_id,
            "isPermitted": post.is_permitted,
            "correlationId": post.correlation_id,
            "readings": [
                {"readAt": f"{each.read_at:%Y-%m-%dT%H:%MZ}", "kwh": each.kwh}
                for each in post.readings
            ],
        }
    )


def post_of(data: bytes) -> Post:
    """Read a post, by the same checks as at the door.

    :raises ValueError: if it is none.
    """
    record = msgspec.json.decode(data, type=FeedRecord, dec_hook=lambda kind, text: kind(text))
    meter_id = meter_id_of(record.meter_id)
    return Post(
        meter_id=meter_id,
        user_id=record.user_id,
        is_permitted=record.is_permitted,
        correlation_id=record.correlation_id,
        readings=[each.of(meter_id) for each in record.readings],
    )
