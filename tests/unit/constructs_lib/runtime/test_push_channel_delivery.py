"""What a push channel sends to whom, and what it does when somebody cannot take it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from threading import Lock
from typing import Any

import pytest

from constructs_lib.runtime.push_channel.channel_table import Connection
from constructs_lib.runtime.push_channel.deliver import MESSAGES_AT_ONCE, OPENING_SECONDS, deliver
from constructs_lib.runtime.push_channel.message import Message
from constructs_lib.runtime.push_channel.sockets import GoneError, TooLargeError

NOW = 1_770_000_000.0


class Channel:
    """A channel in memory: connections and messages by user."""

    def __init__(self) -> None:
        self.open: dict[tuple[str, str], Connection] = {}
        self.kept: dict[str, list[Message]] = {}
        self.moves = 0

    def has(self, user_id: str, *connections: str, cursor: int = 0, age: float = 600) -> None:
        for id_ in connections:
            self.open[user_id, id_] = Connection(id=id_, cursor=cursor, connected_at=NOW - age)

    def keeps(self, user_id: str, *numbers: int) -> None:
        self.kept[user_id] = [
            Message(
                number=number,
                type="OrderShipped",
                time="2026-02-03T04:05:06Z",
                data=json.dumps({"userId": user_id, "order": f"private-{number}"}),
            )
            for number in numbers
        ]

    def connections(self, user_id: str) -> list[Connection]:
        return [connection for (user, _), connection in self.open.items() if user == user_id]

    def messages(self, user_id: str, *, after: int, now: float) -> Iterator[Message]:
        return (message for message in self.kept.get(user_id, []) if message.number > after)

    def move_cursor(self, user_id: str, connection_id: str, number: int) -> None:
        self.moves += 1
        if (user_id, connection_id) in self.open:
            before = self.open[user_id, connection_id]
            self.open[user_id, connection_id] = replace(before, cursor=number)

    def close(self, user_id: str, connection_id: str) -> None:
        del self.open[user_id, connection_id]


class Sockets:
    """Browsers in memory: what they were sent, and what they refuse."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.errors: dict[str, list[Exception | None]] = {}
        self._lock = Lock()

    def post(self, connection_id: str, text: str) -> None:
        with self._lock:
            errors = self.errors.get(connection_id)
            if errors and (error := errors.pop(0)):
                raise error
            self.sent.append((connection_id, json.loads(text)))

    def numbers(self, connection_id: str) -> list[int]:
        return [int(message["id"]) for id_, message in self.sent if id_ == connection_id]


@pytest.fixture
def channel() -> Channel:
    return Channel()


@pytest.fixture
def sockets() -> Sockets:
    return Sockets()


def run(channel: Channel, sockets: Sockets, *users: str) -> list[str]:
    """Hand over a batch with a record a user, numbered from 1; return those that come again."""
    records = [
        {"dynamodb": {"Keys": {"userId": {"S": user}}, "SequenceNumber": str(number)}}
        for number, user in enumerate(users, start=1)
    ]
    answer = deliver(records, channel=channel, sockets=sockets, now=NOW)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_every_tab_gets_what_it_lacks_in_order_and_nobody_else_gets_it(
    channel: Channel, sockets: Sockets
) -> None:
    channel.has("ann", "fresh")
    channel.has("ann", "behind", cursor=1)
    channel.has("bob", "bobs")
    channel.keeps("ann", 1, 2, 3)

    assert run(channel, sockets, "ann") == []

    assert sockets.numbers("fresh") == [1, 2, 3]
    assert sockets.numbers("behind") == [2, 3]
    assert sockets.numbers("bobs") == []
    assert sockets.sent[0][1] == {
        "type": "OrderShipped",
        "id": "000000000001",
        "time": "2026-02-03T04:05:06Z",
        "data": {"userId": "ann", "order": "private-1"},
    }


def test_records_that_come_again_repeat_nothing(channel: Channel, sockets: Sockets) -> None:
    channel.has("ann", "tab")
    channel.keeps("ann", 1, 2)

    for _ in range(3):
        assert run(channel, sockets, "ann", "ann") == []

    assert sockets.numbers("tab") == [1, 2]


def test_a_tab_that_cannot_take_a_message_gets_it_later_and_holds_nobody_else_up(
    channel: Channel, sockets: Sockets
) -> None:
    channel.has("ann", "slow", "quick")
    channel.has("bob", "bobs")
    channel.keeps("ann", 1, 2, 3)
    channel.keeps("bob", 1)
    sockets.errors["slow"] = [None, RuntimeError("LimitExceededException")]

    assert run(channel, sockets, "bob", "ann", "bob", "ann") == ["2"]
    assert sockets.numbers("slow") == [1]
    assert sockets.numbers("quick") == [1, 2, 3]
    assert sockets.numbers("bobs") == [1]

    assert run(channel, sockets, "ann", "bob", "ann") == []
    assert sockets.numbers("slow") == [1, 2, 3]
    assert sockets.numbers("quick") == [1, 2, 3]
    assert sockets.numbers("bobs") == [1]


def test_a_connection_where_nobody_is_any_more_is_forgotten(
    channel: Channel, sockets: Sockets
) -> None:
    channel.has("ann", "gone", "there")
    channel.keeps("ann", 1)
    sockets.errors["gone"] = [GoneError()]

    assert run(channel, sockets, "ann") == []

    assert [id_ for _, id_ in channel.open] == ["there"]
    assert sockets.numbers("there") == [1]


def test_a_connection_that_is_just_being_let_in_gets_its_message_when_it_is_open(
    channel: Channel, sockets: Sockets
) -> None:
    channel.has("ann", "new", age=OPENING_SECONDS - 1)
    channel.keeps("ann", 1)
    sockets.errors["new"] = [GoneError()]

    assert run(channel, sockets, "ann") == ["1"]
    assert run(channel, sockets, "ann") == []
    assert sockets.numbers("new") == [1]


def test_a_message_that_is_too_large_after_all_does_not_end_its_users_channel(
    channel: Channel, sockets: Sockets, capsys: pytest.CaptureFixture[str]
) -> None:
    channel.has("ann", "tab")
    channel.keeps("ann", 1, 2)
    sockets.errors["tab"] = [TooLargeError()]

    assert run(channel, sockets, "ann") == []

    assert sockets.numbers("tab") == [2]
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (first["level"], first["number"]) == ("ERROR", "000000000001")


def test_progress_is_noted_on_the_way_so_that_a_crash_repeats_few_messages(
    channel: Channel, sockets: Sockets
) -> None:
    channel.has("ann", "tab")
    channel.keeps("ann", *range(1, 2 * MESSAGES_AT_ONCE + 2))

    assert run(channel, sockets, "ann") == []

    assert sockets.numbers("tab") == list(range(1, 2 * MESSAGES_AT_ONCE + 2))
    assert channel.moves == 3


def test_a_user_without_a_connection_costs_nothing(channel: Channel, sockets: Sockets) -> None:
    channel.keeps("ann", 1)

    assert run(channel, sockets, "ann") == []
    assert sockets.sent == []


def test_a_delivery_is_logged_with_its_counts_and_without_its_contents(
    channel: Channel, sockets: Sockets, capsys: pytest.CaptureFixture[str]
) -> None:
    channel.has("ann", "tab")
    channel.has("bob", "bobs")
    channel.keeps("ann", 1, 2)
    channel.keeps("bob", 1)
    sockets.errors["bobs"] = [RuntimeError("later")]

    run(channel, sockets, "ann", "bob")

    output = capsys.readouterr().out
    lines = sorted((json.loads(line) for line in output.splitlines()), key=lambda x: x["userId"])
    assert "private" not in output
    delivered, failed = lines
    assert (delivered["message"], delivered["sent"]) == ("delivered", 2)
    assert (delivered["userId"], delivered["connectionId"]) == ("ann", "tab")
    assert (failed["message"], failed["connectionId"]) == ("not delivered", "bobs")
    assert "later" in failed["error"]
