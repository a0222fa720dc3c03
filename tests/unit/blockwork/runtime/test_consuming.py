import json
from typing import Any

import msgspec
import pytest
from shared.events import UserSignedUp

from blockwork.runtime.consuming import consume, consume_notice, consume_queue, consume_stream
from blockwork.runtime.envelope import Envelope, InvalidEventError, UnsupportedVersionError
from blockwork.runtime.observability import current_correlation_id
from blockwork.runtime.records import StreamMessage, TableChange
from tests.unit.blockwork.runtime.bus_events import delivered
from tests.unit.blockwork.runtime.fakes import ParkedRecords, RememberedOnce
from tests.unit.conftest import LogLines
from tests.unit.lambda_src.events import CONTEXT

SIGNED_UP = UserSignedUp(user_id="user-1", email="ada@example.com")
EVENT = delivered(Envelope.of(SIGNED_UP, correlation_id="c1", id_="e1"))
NOW = 1_000_000.0


class Upload(msgspec.Struct):
    """The part of a notice that its consumer reads."""

    key: str


def change(number: int, *, age: float = 0) -> dict[str, Any]:
    return {
        "eventID": f"change-{number}",
        "eventName": "INSERT",
        "eventSource": "aws:dynamodb",
        "dynamodb": {
            "ApproximateCreationDateTime": NOW - age,
            "SequenceNumber": str(number),
            "NewImage": {"number": {"N": str(number)}},
        },
    }


def message(body: str, *, age: float = 0) -> dict[str, Any]:
    received = str(round((NOW - age) * 1000))
    return {
        "messageId": f"id-{body}",
        "body": body,
        "attributes": {
            "ApproximateFirstReceiveTimestamp": received,
            "SentTimestamp": "0",
            "ApproximateReceiveCount": "3",
        },
    }


class Inserts:
    """Reacts to changes by keeping their numbers, but for the ones that it cannot stand."""

    def __init__(self, *bad: str) -> None:
        self.bad = bad
        self.seen: list[str] = []

    def __call__(self, change: TableChange) -> None:
        assert change.new
        number = change.new["number"]["N"]
        if number in self.bad:
            raise RuntimeError(f"cannot stand {number}")
        self.seen.append(number)


def run_stream(
    records: list[dict[str, Any]], react: Inserts, parking: ParkedRecords, **more: object
) -> list[str]:
    handler = consume_stream(TableChange, react, parking=lambda: parking, now=lambda: NOW)
    answer = handler({"Records": records, **more}, CONTEXT)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_a_consumer_gets_the_envelope_and_its_collaborators() -> None:
    mails: list[str] = []

    def welcome(envelope: Envelope[UserSignedUp], *, outbox: list[str]) -> None:
        outbox.append(f"{envelope.data.email} {envelope.metadata.id}")

    handler = consume(UserSignedUp, welcome, once=RememberedOnce, outbox=lambda: mails)
    handler(EVENT, CONTEXT)

    assert mails == ["ada@example.com e1"]


def test_a_duplicate_and_a_replay_have_no_effect(log_lines: LogLines) -> None:
    seen: list[str] = []

    def react(envelope: Envelope[UserSignedUp]) -> None:
        seen.append(envelope.metadata.id)

    handler = consume(UserSignedUp, react, once=RememberedOnce)
    for event in (EVENT, EVENT, EVENT | {"replay-name": "last-hour"}):
        handler(event, CONTEXT)

    assert seen == ["e1"]
    lines = log_lines()
    assert [line["outcome"] for line in lines] == ["done", "done before", "done before"]
    assert [line.get("replay") for line in lines] == [None, None, "last-hour"]
    assert {line["correlation_id"] for line in lines} == {"c1"}


def test_two_consumers_of_one_event_both_react() -> None:
    seen: list[str] = []
    once = RememberedOnce()

    def first(envelope: Envelope[UserSignedUp]) -> None:
        seen.append("first")

    def second(envelope: Envelope[UserSignedUp]) -> None:
        seen.append("second")

    for react in (first, second):
        consume(UserSignedUp, react, once=lambda: once)(EVENT, CONTEXT)

    assert seen == ["first", "second"]


def test_a_failure_is_raised_and_the_next_try_reacts() -> None:
    attempts: list[str] = []

    def react(envelope: Envelope[UserSignedUp]) -> None:
        attempts.append(current_correlation_id())
        if len(attempts) == 1:
            raise RuntimeError("the mail server is down")

    handler = consume(UserSignedUp, react, once=RememberedOnce)
    with pytest.raises(RuntimeError, match="the mail server is down"):
        handler(EVENT, CONTEXT)
    handler(EVENT, CONTEXT)

    assert attempts == ["c1", "c1"]


@pytest.mark.parametrize(
    ("detail", "error"),
    [
        ({"metadata": {}}, InvalidEventError),
        (EVENT["detail"] | {"metadata": EVENT["detail"]["metadata"] | {"version": 2}},
         UnsupportedVersionError),
    ],
)  # fmt: skip
def test_poison_and_future_versions_fail_without_a_reaction(
    detail: object, error: type[Exception]
) -> None:
    def react(envelope: Envelope[UserSignedUp]) -> None:
        raise AssertionError("must not be reached")

    with pytest.raises(error):
        consume(UserSignedUp, react, once=RememberedOnce)(EVENT | {"detail": detail}, CONTEXT)


def test_a_notice_of_aws_is_reacted_to_once_by_its_key() -> None:
    seen: list[str] = []

    def react(upload: Upload) -> None:
        seen.append(upload.key)

    handler = consume_notice(Upload, react, key=lambda upload: upload.key, once=RememberedOnce)
    for key in ("a", "b", "a"):
        handler({"id": "n1", "detail-type": "Object Created", "key": key, "size": 1}, CONTEXT)

    assert seen == ["a", "b"]
    with pytest.raises(InvalidEventError, match="Upload does not fit"):
        handler({"id": "n1", "detail-type": "Object Created"}, CONTEXT)


def test_a_stream_is_handled_in_its_order() -> None:
    inserts = Inserts()

    assert run_stream([change(1), change(2), change(3)], inserts, ParkedRecords()) == []
    assert inserts.seen == ["1", "2", "3"]


def test_a_young_record_that_fails_ends_the_batch_so_that_lambda_goes_on_from_it() -> None:
    inserts, parking = Inserts("2"), ParkedRecords()

    failed = run_stream([change(1), change(2, age=299), change(3)], inserts, parking)

    assert failed == ["2"]
    assert inserts.seen == ["1"]
    assert parking.parked == []


def test_an_old_record_that_fails_is_parked_and_the_next_ones_are_handled() -> None:
    inserts, parking = Inserts("2"), ParkedRecords()
    bad = change(2, age=300)

    assert run_stream([change(1), bad, change(3)], inserts, parking) == []
    assert inserts.seen == ["1", "3"]
    assert parking.parked == [(bad, "RuntimeError: cannot stand 2")]


def test_a_record_that_cannot_be_read_is_parked_at_once() -> None:
    parking = ParkedRecords()
    handler = consume_stream(
        StreamMessage, lambda message: None, parking=lambda: parking, now=lambda: NOW
    )

    assert handler({"Records": [change(1)]}, CONTEXT) == {"batchItemFailures": []}
    assert [error for _, error in parking.parked] == [
        "InvalidEventError: expected a record with 'kinesis', got one with"
        " ['dynamodb', 'eventID', 'eventName', 'eventSource']"
    ]


def test_a_record_that_cannot_be_parked_stays_in_the_stream() -> None:
    inserts = Inserts("1")

    failed = run_stream([change(1, age=999), change(2)], inserts, ParkedRecords(full=True))

    assert failed == ["1"]
    assert inserts.seen == []


def test_a_redriven_record_that_fails_again_says_so_instead_of_being_parked_twice() -> None:
    parking = ParkedRecords()

    with pytest.raises(RuntimeError, match="cannot stand 1"):
        run_stream([change(1, age=999)], Inserts("1"), parking, parked=True)

    assert parking.parked == []


def test_a_redriven_record_that_succeeds_is_done() -> None:
    inserts = Inserts()

    assert run_stream([change(1, age=999)], inserts, ParkedRecords(), parked=True) == []
    assert inserts.seen == ["1"]


def kinesis(data: str, *, age: float = 0) -> dict[str, Any]:
    return {
        "eventID": "shard-1:7",
        "kinesis": {
            "sequenceNumber": "7",
            "data": data,
            "approximateArrivalTimestamp": NOW - age,
        },
    }


def test_a_kinesis_record_has_its_data() -> None:
    seen: list[StreamMessage] = []
    handler = consume_stream(StreamMessage, seen.append, parking=ParkedRecords)

    assert handler({"Records": [kinesis("aGVsbG8=")]}, CONTEXT) == {"batchItemFailures": []}
    assert seen == [StreamMessage(id="shard-1:7", data=b"hello")]


def test_a_kinesis_record_that_fails_is_tried_again_and_parked_when_it_is_old() -> None:
    parking = ParkedRecords()

    def react(message: StreamMessage) -> None:
        raise RuntimeError("no")

    handler = consume_stream(StreamMessage, react, parking=lambda: parking, now=lambda: NOW)
    young, old = (handler({"Records": [kinesis("", age=age)]}, CONTEXT) for age in (299, 300))

    assert young == {"batchItemFailures": [{"itemIdentifier": "7"}]}
    assert old == {"batchItemFailures": []}
    assert len(parking.parked) == 1


def test_only_the_messages_of_a_queue_that_failed_come_again() -> None:
    seen: list[str] = []
    parking = ParkedRecords()

    def react(upload: Upload) -> None:
        if upload.key.startswith("bad"):
            raise RuntimeError(upload.key)
        seen.append(upload.key)

    handler = consume_queue(Upload, react, parking=lambda: parking, now=lambda: NOW)
    young, old, good = (json.dumps({"key": key}) for key in ("bad young", "bad old", "good"))
    unreadable = ["{", "[]", '{"x": ' + "[" * 100_000]
    records = [message(young), message(old, age=300), *map(message, unreadable), message(good)]
    answer = handler({"Records": records}, CONTEXT)

    assert answer == {"batchItemFailures": [{"itemIdentifier": f"id-{young}"}]}
    assert seen == ["good"]
    assert [record["body"] for record, _ in parking.parked] == [old, *unreadable]


def test_what_a_record_causes_is_correlated_with_it(log_lines: LogLines) -> None:
    run_stream([change(1), change(2)], Inserts(), ParkedRecords())

    assert [(line["correlation_id"], line["outcome"]) for line in log_lines()] == [
        ("1", "done"),
        ("2", "done"),
    ]
