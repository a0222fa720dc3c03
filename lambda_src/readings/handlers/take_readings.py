"""POST /meters/{meterId}/readings: what a meter says itself, half hour by half hour."""

from typing import TypedDict

import msgspec
from shared.users import can, user_of

from blockwork.runtime.bodies import read_body
from blockwork.runtime.http import Request, Response, http_handler
from blockwork.runtime.observability import current_correlation_id
from blockwork.runtime.problems import FieldError, ProblemError
from readings.adapters.feed_records import LiveReadings
from readings.adapters.feed_stream import FeedStream
from readings.adapters.meter_table import MeterTable
from readings.domain.feed import Feed, FeedBusyError, Post, contradictions
from readings.domain.registry import Owners, UnknownMeterError


class LiveBody(msgspec.Struct, frozen=True, kw_only=True):
    """The body of readings that a meter sends."""

    readings: LiveReadings


class TakenReadings(TypedDict):
    """How many readings are on their way to the store."""

    meterId: str
    taken: int


def take_readings(request: Request, *, owners: Owners, feed: Feed) -> Response[TakenReadings]:
    """Answer 202: the readings are stored in some seconds, as version 1, all of them.

    The same ones may be sent again. A reading that is stored never changes: where another value is
    stored already, a new one is put aside, for who operates the platform to look at.
    """
    user = user_of(request)
    meter_id = request.path_id("meterId")
    is_permitted = can(user, "write", f"meters/{meter_id}")
    if not is_permitted and owners.owner(meter_id) != user.user_id:
        raise UnknownMeterError(meter_id)
    body = read_body(request, LiveBody)
    readings = [each.of(meter_id) for each in body.readings]
    if found := contradictions(readings):
        raise ProblemError(
            422,
            "a half hour has one value only",
            [
                FieldError(
                    f"readings[{place}].kwh",
                    f"must be {readings[before].kwh}, as readings[{before}] of the same half hour"
                    f" has it, got {readings[place].kwh}",
                )
                for place, before in found
            ],
        )
    feed.send(
        Post(
            meter_id=meter_id,
            user_id=user.user_id,
            is_permitted=is_permitted,
            correlation_id=current_correlation_id(),
            readings=readings,
        )
    )
    answer: TakenReadings = {"meterId": meter_id, "taken": len(readings)}
    return Response(status=202, body=answer)


handler = http_handler(
    take_readings,
    errors={UnknownMeterError: 404, FeedBusyError: 503},
    owners=MeterTable.from_environment,
    feed=FeedStream.from_environment,
)
