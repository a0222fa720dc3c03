"""A push channel in memory, and batches of records for whoever delivers."""

import json
from collections.abc import Iterator
from dataclasses import replace
from threading import Lock
from typing import Any

from constructs_lib.runtime.push_channel.channel_table import Connection
from constructs_lib.runtime.push_channel.deliver import deliver
from constructs_lib.runtime.push_channel.message import Message

NOW = 1_770_000_000.0


class Channel:
    """A channel in memory: connections and messages by user."""

    def __init__(self) -> None:
        self.open: dict[tuple[str, str], Connection] = {}
        self.kept: dict[str, list[Message]] = {}
        self.moves = 0
        self.asked: list[tuple[str, str]] = []

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
            self.open[user_id, connection_id] = replace(before, cursor=number, failures=0)

    def note_failures(self, user_id: str, connection_id: str, failures: int) -> None:
        before = self.open[user_id, connection_id]
        self.open[user_id, connection_id] = replace(before, failures=failures)

    def ask_for_missed(self, user_id: str, connection_id: str, *, now: float) -> None:
        self.asked.append((user_id, connection_id))

    def close(self, user_id: str, connection_id: str) -> None:
        del self.open[user_id, connection_id]


class Sockets:
    """Browsers in memory: what they were sent, and what they refuse."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.errors: dict[str, list[Exception | None]] = {}
        self.ended: list[str] = []
        self._lock = Lock()

    def end(self, connection_id: str) -> None:
        self.ended.append(connection_id)

    def post(self, connection_id: str, text: str) -> None:
        with self._lock:
            errors = self.errors.get(connection_id)
            if errors and (error := errors.pop(0)):
                raise error
            self.sent.append((connection_id, json.loads(text)))

    def numbers(self, connection_id: str) -> list[int]:
        return [int(message["id"]) for id_, message in self.sent if id_ == connection_id]


def run(
    channel: Channel,
    sockets: Sockets,
    *users: str,
    most_connections: int = 20,
    batch_seconds: float = 600,
) -> list[str]:
    """Hand over a batch with a record a user, numbered from 1; return those that come again."""
    records = [
        {"dynamodb": {"Keys": {"userId": {"S": user}}, "SequenceNumber": str(number)}}
        for number, user in enumerate(users, start=1)
    ]
    answer = deliver(
        records,
        channel=channel,
        sockets=sockets,
        now=NOW,
        most_connections=most_connections,
        batch_seconds=batch_seconds,
    )
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
