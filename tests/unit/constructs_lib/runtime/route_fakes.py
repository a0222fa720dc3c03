"""Tickets and a push channel in memory, and what API Gateway and EventBridge hand over."""

from typing import Any

from constructs_lib.runtime.push_channel.accept import accept
from constructs_lib.runtime.push_channel.news import Forms

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

    def connections(self, user_id: str) -> list[tuple[str, str]]:
        return [connection for connection in self.open_at if connection[0] == user_id]

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


def accepted(channel: Channel, event: dict[str, Any], forms: Forms | None = None) -> None:
    accept(event, messages=channel, now=NOW, keep_seconds=60, forms=forms or {})


def with_text(text: str) -> dict[str, Any]:
    return bus_event(data={"userId": "ann", "text": text})
