"""What a push channel makes of events, and which it cannot use."""

import json
from typing import Any

import pytest

from constructs_lib.runtime.push_channel.message import LARGEST_MESSAGE
from constructs_lib.runtime.push_channel.news import UnusableEventError
from tests.unit.constructs_lib.runtime.route_fakes import (
    NOW,
    Channel,
    accepted,
    bus_event,
    with_text,
)


def test_an_event_becomes_the_next_message_of_its_user_once() -> None:
    channel = Channel(ann=4)
    data = {"userId": "ann", "amount": "25.00", "name": "Ärmel"}

    accepted(channel, bus_event(data=data))
    accepted(channel, bus_event(data=data))

    assert channel.last == {"ann": 5}
    (message,) = channel.accepted
    assert json.loads(message.pop("data")) == data
    assert message == {
        "user_id": "ann",
        "event_id": "e-1",
        "type_": "OrderShipped",
        "time_": "2026-02-03T04:05:06Z",
        "now": NOW,
        "keep_seconds": 60,
    }


@pytest.mark.parametrize(
    ("broken", "missing"),
    [
        (bus_event(data={}), r"detail\.data\.userId"),
        (bus_event(data={"userId": ""}), r"detail\.data\.userId"),
        (bus_event(data={"userId": 7}), r"detail\.data\.userId must be .*, got int"),
        (bus_event(data=None), r"detail\.data\.userId"),
        (bus_event(id=None), r"detail\.metadata\.id"),
        (bus_event(time=""), r"detail\.metadata\.time"),
        ({"detail-type": "OrderShipped", "detail": []}, r"detail\.metadata\.id"),
        ({"detail": {}}, "detail-type"),
    ],
)
def test_an_event_without_a_user_or_an_id_is_refused(broken: dict[str, Any], missing: str) -> None:
    channel = Channel()

    with pytest.raises(UnusableEventError, match=missing):
        accepted(channel, broken)

    assert channel.accepted == []


def nested(depth: int) -> list[Any]:
    inner: list[Any] = []
    for _ in range(depth):
        inner = [inner]
    return inner


@pytest.mark.parametrize("value", [nested(200_000), float("nan"), "half \ud83d a character"])
def test_an_event_that_cannot_be_written_as_json_is_refused(value: Any) -> None:
    channel = Channel()

    with pytest.raises(UnusableEventError, match="the data of OrderShipped e-1 is no JSON"):
        accepted(channel, bus_event(data={"userId": "ann", "value": value}))

    assert channel.accepted == []


@pytest.mark.parametrize("character", ["x", "ü"])
def test_a_message_may_be_as_large_as_api_gateway_takes_and_not_larger(character: str) -> None:
    channel = Channel()
    frame = (
        '{"type":"OrderShipped","id":"000000000001","time":"2026-02-03T04:05:06Z",'
        '"data":{"userId":"ann","text":""}}'
    )
    room = LARGEST_MESSAGE - len(frame)
    fits = character * (room // len(character.encode()))

    accepted(channel, with_text(fits))
    with pytest.raises(UnusableEventError, match=r"may have at most 131072 bytes .* has 13107[34]"):
        accepted(channel, with_text(fits + character))

    assert len(channel.accepted) == 1
