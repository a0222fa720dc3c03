from typing import TYPE_CHECKING, Any, cast

import msgspec
import pytest
from botocore.exceptions import ConnectTimeoutError
from shared.events import ImportFailed, PermissionsChanged

from blockwork.runtime.envelope import Envelope, InvalidEventError
from blockwork.runtime.event_publisher import (
    EventPublisher,
    EventsNotPublishedError,
    EventTooLargeError,
)

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

QUARTER_MEGABYTE = 256 * 1024


class FakeBus:
    """EventBridge's PutEvents, which refuses some events some times.

    :param refusals: how often the event with that id is refused.
    :param outages: how many calls fail as a whole.
    """

    def __init__(self, *, refusals: dict[str, int] | None = None, outages: int = 0) -> None:
        self.refusals = refusals or {}
        self.outages = outages
        self.calls: list[list[str]] = []
        self.taken: list[str] = []
        self.entries: list[dict[str, Any]] = []

    def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        ids = [msgspec.json.decode(entry["Detail"])["metadata"]["id"] for entry in Entries]
        self.calls.append(ids)
        if self.outages:
            self.outages -= 1
            raise ConnectTimeoutError(endpoint_url="http://localhost")
        results = [self._put(id_, entry) for id_, entry in zip(ids, Entries, strict=True)]
        return {
            "FailedEntryCount": sum("ErrorCode" in result for result in results),
            "Entries": results,
        }

    def _put(self, id_: str, entry: dict[str, Any]) -> dict[str, str]:
        if self.refusals.get(id_):
            self.refusals[id_] -= 1
            return {"ErrorCode": "ThrottlingException", "ErrorMessage": "slow down"}
        self.taken.append(id_)
        self.entries.append(entry)
        return {"EventId": "1"}


def publisher(bus: FakeBus, pauses: list[float] | None = None) -> EventPublisher:
    pause = [] if pauses is None else pauses
    return EventPublisher(cast("EventBridgeClient", bus), "platform", sleep=pause.append)


def event(id_: str) -> Envelope[PermissionsChanged]:
    return Envelope.of(PermissionsChanged(user_id="u1"), correlation_id="c1", id_=id_)


def large(id_: str, size: int) -> Envelope[ImportFailed]:
    """Return an event whose entry has `size` bytes."""

    def of(reason: str) -> Envelope[ImportFailed]:
        return Envelope.of(
            ImportFailed(import_id="i1", user_id="u1", reason=reason),
            correlation_id="c1",
            id_=id_,
            time=empty_time,
        )

    empty_time = event(id_).metadata.time
    empty = of("")
    overhead = len(empty.to_detail()) + len(empty.source) + len(empty.name)
    return of("x" * (size - overhead))


def test_an_event_goes_to_the_bus_with_source_name_and_detail() -> None:
    bus = FakeBus()
    told = event("e1")

    publisher(bus).publish(told)

    assert bus.entries == [
        {
            "EventBusName": "platform",
            "Source": "blockwork.identity",
            "DetailType": "PermissionsChanged",
            "Detail": told.to_detail().decode(),
        }
    ]


def test_nothing_to_tell_is_no_call() -> None:
    bus = FakeBus()

    publisher(bus).publish()

    assert bus.calls == []


def test_a_call_has_ten_events_at_most() -> None:
    bus = FakeBus()
    ids = [f"e{number}" for number in range(23)]

    publisher(bus).publish(*map(event, ids))

    assert [len(call) for call in bus.calls] == [10, 10, 3]
    assert bus.taken == ids


def test_a_call_has_256_kb_at_most() -> None:
    bus = FakeBus()
    half = QUARTER_MEGABYTE // 2

    publisher(bus).publish(large("a", half), large("b", half), large("c", half), event("d"))

    assert bus.calls == [["a", "b"], ["c", "d"]]


def test_an_event_of_exactly_256_kb_is_told() -> None:
    bus = FakeBus()

    publisher(bus).publish(large("a", QUARTER_MEGABYTE))

    assert bus.taken == ["a"]


@pytest.mark.parametrize("size", [QUARTER_MEGABYTE + 1, 300 * 1024])
def test_a_larger_one_is_refused_and_none_of_the_others_told(size: int) -> None:
    bus = FakeBus()

    with pytest.raises(EventTooLargeError, match=f"at most 262144 bytes, got {size}"):
        publisher(bus).publish(event("a"), large("b", size))

    assert bus.calls == []


def test_one_that_breaks_its_contract_is_refused_and_none_of_the_others_told() -> None:
    bus = FakeBus()
    broken = Envelope.of(PermissionsChanged(user_id=""), correlation_id="c1")

    with pytest.raises(InvalidEventError):
        publisher(bus).publish(event("a"), broken)

    assert bus.calls == []


def test_only_what_was_not_taken_is_sent_again_after_longer_and_longer_pauses() -> None:
    bus = FakeBus(refusals={"b": 2, "c": 1})
    pauses: list[float] = []

    publisher(bus, pauses).publish(event("a"), event("b"), event("c"))

    assert bus.calls == [["a", "b", "c"], ["b", "c"], ["b"]]
    assert bus.taken == ["a", "c", "b"]
    assert len(pauses) == 2
    assert 0.1 <= pauses[0] <= 0.2 <= pauses[1] <= 0.4


def test_what_is_refused_again_and_again_is_said_to_be_unsent() -> None:
    bus = FakeBus(refusals={"b": 99})
    unlucky = event("b")

    with pytest.raises(EventsNotPublishedError, match="ThrottlingException: slow down") as failure:
        publisher(bus).publish(event("a"), unlucky)

    assert failure.value.unsent == (unlucky,)
    assert bus.taken == ["a"]
    assert len(bus.calls) == 4


def test_a_call_that_fails_as_a_whole_is_made_again() -> None:
    bus = FakeBus(outages=1)

    publisher(bus).publish(event("a"), event("b"))

    assert bus.taken == ["a", "b"]


def test_a_bus_that_is_away_leaves_all_events_unsent() -> None:
    bus = FakeBus(outages=99)

    with pytest.raises(
        EventsNotPublishedError, match=r"2 events \(PermissionsChanged\)"
    ) as failure:
        publisher(bus).publish(event("a"), event("b"))

    assert len(failure.value.unsent) == 2
