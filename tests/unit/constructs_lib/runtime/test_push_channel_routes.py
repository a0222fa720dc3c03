"""What a push channel does when browsers come, speak and go."""

import hashlib
import json
from typing import Any

import pytest

from constructs_lib.runtime.push_channel.answer import answer
from constructs_lib.runtime.push_channel.authorize import authorize
from constructs_lib.runtime.push_channel.connect import connect
from constructs_lib.runtime.push_channel.disconnect import disconnect
from tests.unit.constructs_lib.runtime.route_fakes import (
    ARN,
    CONNECTION,
    NOW,
    Channel,
    Tickets,
    accepted,
    event,
    with_text,
)


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

    answer = connect(
        event(**({"after": after} if after else {})), connections=channel, now=NOW, most=1
    )

    assert answer == {"statusCode": 200}
    assert channel.open_at == {("ann", CONNECTION): cursor}


def test_a_message_that_comes_while_a_connection_is_being_kept_is_asked_for() -> None:
    class Busy(Channel):
        def open(self, user_id: str, connection_id: str, *, cursor: int, now: float) -> None:
            super().open(user_id, connection_id, cursor=cursor, now=now)
            self.last[user_id] += 1

    channel = Busy(ann=7)

    connect(event(), connections=channel, now=NOW, most=1)

    assert channel.open_at == {("ann", CONNECTION): 7}
    assert channel.asked == [("ann", CONNECTION)]


def test_a_connection_that_misses_nothing_asks_for_nothing() -> None:
    channel = Channel(ann=7)

    connect(event(), connections=channel, now=NOW, most=1)

    assert channel.asked == []


def test_one_connection_too_many_has_delivery_look_at_them() -> None:
    channel = Channel()
    for id_ in ("one", "two"):
        channel.open("ann", id_, cursor=0, now=NOW)
    channel.open("bob", "bobs", cursor=0, now=NOW)

    connect(event(), connections=channel, now=NOW, most=3)
    assert channel.asked == []

    connect(event(), connections=channel, now=NOW, most=2)
    assert channel.asked == [("ann", CONNECTION)]


def test_the_first_connection_of_a_user_begins_before_their_first_message() -> None:
    channel = Channel()

    connect(event("bob", after="000000000001"), connections=channel, now=NOW, most=1)

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
    "body",
    [
        *(None, "", "ping", '"ping"', "[1]", "null", '{"action": ["ping"]}', '{"a": "ping"}'),
        "[" * 30_000,
        '{"action":' * 10_000,
        "1" * 30_000,
    ],
)
def test_what_is_not_known_is_told_what_is(body: str | None) -> None:
    reply = json.loads(answer(event(body=body), connections=Channel(), now=NOW)["body"])

    assert reply == {
        "type": "error",
        "detail": 'a message must be {"action": "ping"} or {"action": "resume"}',
    }


def test_nothing_that_is_logged_says_a_ticket_or_what_a_message_is_about(
    capsys: pytest.CaptureFixture[str],
) -> None:
    channel = Channel()
    tickets = Tickets(secretticket="ann")

    for _ in range(2):
        authorize(event(ticket="secretticket"), tickets=tickets, now=NOW)
    connect(event(ticket="secretticket"), connections=channel, now=NOW, most=1)
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
