"""What a push channel does when browsers come, speak and go, and when events come."""

import hashlib
import json
from typing import Any

import pytest

from constructs_lib.runtime.push_channel.accept import UnusableEventError, accept
from constructs_lib.runtime.push_channel.answer import answer
from constructs_lib.runtime.push_channel.authorize import authorize
from constructs_lib.runtime.push_channel.connect import connect
from constructs_lib.runtime.push_channel.disconnect import disconnect
from constructs_lib.runtime.push_channel.message import LARGEST_MESSAGE

NOW = 1_770_000_000.0
ARN = "arn:aws:execute-api:eu-west-2:123456789012:api/live/$connect"
CONNECTION = "L0SM9cOFvHcCIhw="


class Tickets:
    """A ticket office in memory; a ticket opens one door."""

    def __init__(self, **users: str) -> None:
        self.users = users

    def redeem(self, ticket: str, *, now: float) -> str | None:
        return self.users.pop(ticket, None)


class Channel:
    """A channel in memory: counters, connections and accepted messages by user."""

    def __init__(self, **last: int) -> None:
        self.last = last
        self.open_at: dict[tuple[str, str], int] = {}
        self.asked: list[tuple[str, str]] = []
        self.accepted: list[dict[str, Any]] = []
        self.seen: set[str] = set()

    def last_number(self, user_id: str) -> int:
        return self.last.get(user_id, 0)

    def open(self, user_id: str, connection_id: str, *, cursor: int, now: float) -> None:
        self.open_at[user_id, connection_id] = cursor

    def close(self, user_id: str, connection_id: str) -> None:
        self.open_at.pop((user_id, connection_id), None)

    def ask_for_missed(self, user_id: str, connection_id: str, *, now: float) -> None:
        self.asked.append((user_id, connection_id))

    def append(self, user_id: str, *, event_id: str, **message: Any) -> int | None:
        if event_id in self.seen:
            return None
        self.seen.add(event_id)
        self.last[user_id] = self.last_number(user_id) + 1
        self.accepted.append({"user_id": user_id, "event_id": event_id, **message})
        return self.last[user_id]


def event(user: str = "ann", *, body: str | None = None, **query: str) -> dict[str, Any]:
    return {
        "methodArn": ARN,
        "queryStringParameters": query or None,
        "body": body,
        "requestContext": {"connectionId": CONNECTION, "authorizer": {"userId": user}},
    }


def bus_event(**changes: Any) -> dict[str, Any]:
    parts = {"id": "e-1", "time": "2026-02-03T04:05:06Z", "data": {"userId": "ann"}, **changes}
    data = parts.pop("data")
    return {"detail-type": "OrderShipped", "detail": {"metadata": parts, "data": data}}


def decision(answer: dict[str, Any]) -> str:
    (statement,) = answer["policyDocument"]["Statement"]
    assert statement["Resource"] == ARN
    return str(statement["Effect"])


def test_a_ticket_lets_its_user_in_once() -> None:
    tickets = Tickets(good="ann")

    first = authorize(event(ticket="good"), tickets=tickets, now=NOW)
    second = authorize(event(ticket="good"), tickets=tickets, now=NOW)

    assert (decision(first), first["context"]) == ("Allow", {"userId": "ann"})
    assert (decision(second), second["context"]) == ("Deny", {})


@pytest.mark.parametrize("query", [{}, {"ticket": ""}, {"ticket": "unknown"}, {"token": "good"}])
def test_who_brings_no_good_ticket_is_refused(query: dict[str, str]) -> None:
    answer = authorize(event(**query), tickets=Tickets(good="ann"), now=NOW)

    assert decision(answer) == "Deny"


@pytest.mark.parametrize(
    ("after", "cursor"),
    [
        ("000000000003", 3),
        ("000000000000", 0),
        ("000000000007", 7),
        (None, 7),
        ("000000000008", 7),
        ("3", 7),
        ("-00000000003", 7),
        ("٠٠٠٠٠٠٠٠٠٠٠٣", 7),
        ("0000000000003", 7),
        ("the last one", 7),
    ],
)
def test_a_connection_begins_after_the_message_its_browser_knows(
    after: str | None, cursor: int
) -> None:
    channel = Channel(ann=7)

    answer = connect(event(**({"after": after} if after else {})), connections=channel, now=NOW)

    assert answer == {"statusCode": 200}
    assert channel.open_at == {("ann", CONNECTION): cursor}


def test_a_message_that_comes_while_a_connection_is_being_kept_is_asked_for() -> None:
    class Busy(Channel):
        def open(self, user_id: str, connection_id: str, *, cursor: int, now: float) -> None:
            super().open(user_id, connection_id, cursor=cursor, now=now)
            self.last[user_id] += 1

    channel = Busy(ann=7)

    connect(event(), connections=channel, now=NOW)

    assert channel.open_at == {("ann", CONNECTION): 7}
    assert channel.asked == [("ann", CONNECTION)]


def test_a_connection_that_misses_nothing_asks_for_nothing() -> None:
    channel = Channel(ann=7)

    connect(event(), connections=channel, now=NOW)

    assert channel.asked == []


def test_the_first_connection_of_a_user_begins_before_their_first_message() -> None:
    channel = Channel()

    connect(event("bob", after="000000000001"), connections=channel, now=NOW)

    assert channel.open_at == {("bob", CONNECTION): 0}


def test_a_closed_connection_is_forgotten_and_the_users_others_are_not() -> None:
    channel = Channel()
    for connection_id in (CONNECTION, "other"):
        channel.open("ann", connection_id, cursor=0, now=NOW)

    assert disconnect(event(), connections=channel) == {"statusCode": 200}
    assert list(channel.open_at) == [("ann", "other")]


def test_a_ping_is_answered_and_asks_for_nothing() -> None:
    channel = Channel()

    reply = answer(event(body='{"action": "ping"}'), connections=channel, now=NOW)

    assert json.loads(reply["body"]) == {"type": "pong"}
    assert channel.asked == []


def test_a_browser_may_ask_for_what_it_missed() -> None:
    channel = Channel()

    reply = answer(event(body='{"action": "resume"}'), connections=channel, now=NOW)

    assert json.loads(reply["body"]) == {"type": "resuming"}
    assert channel.asked == [("ann", CONNECTION)]


@pytest.mark.parametrize(
    "body", [None, "", "ping", '"ping"', "[1]", "null", '{"action": ["ping"]}', '{"a": "ping"}']
)
def test_what_is_not_known_is_told_what_is(body: str | None) -> None:
    reply = json.loads(answer(event(body=body), connections=Channel(), now=NOW)["body"])

    assert reply == {
        "type": "error",
        "detail": 'a message must be {"action": "ping"} or {"action": "resume"}',
    }


def accepted(channel: Channel, event: dict[str, Any]) -> None:
    accept(event, messages=channel, now=NOW, keep_seconds=60)


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


def with_text(text: str) -> dict[str, Any]:
    return bus_event(data={"userId": "ann", "text": text})


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


def test_nothing_that_is_logged_says_a_ticket_or_what_a_message_is_about(
    capsys: pytest.CaptureFixture[str],
) -> None:
    channel = Channel()
    tickets = Tickets(secretticket="ann")

    for _ in range(2):
        authorize(event(ticket="secretticket"), tickets=tickets, now=NOW)
    connect(event(ticket="secretticket"), connections=channel, now=NOW)
    answer(event(body='{"action": "resume"}'), connections=channel, now=NOW)
    answer(event(body="private matter"), connections=channel, now=NOW)
    accepted(channel, with_text("private matter"))
    disconnect(event(), connections=channel)

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    said = json.dumps(lines)
    assert [line["message"] for line in lines] == [
        "refused",
        "connected",
        "resuming",
        "accepted",
        "disconnected",
    ]
    assert [line.get("connectionId") for line in lines if line["message"] != "accepted"] == [
        CONNECTION
    ] * 4
    for secret in ("secretticket", hashlib.sha256(b"secretticket").hexdigest(), "private"):
        assert secret not in said
