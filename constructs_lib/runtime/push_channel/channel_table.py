"""The table that knows each user's connections and the messages of the last hour."""

import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import boto3

from .message import DIGITS, Message, message_id
from .patience import FOR_TABLES

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CONNECTION_SECONDS = 130 * 60
"""API Gateway ends a connection after 2 hours (its quotas: "Connection duration")."""
RESUME_SECONDS = 10 * 60
SEEN_SECONDS = 40 * 86_400
"""Longer than events can be replayed from a bus's archive."""
TRIES = 20
LONGEST_PAUSE_SECONDS = 0.3


class ContentionError(Exception):
    """Too many messages to one user at once: Lambda shall try this one again later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One open browser tab.

    :param cursor: the number of the last message that was sent to it.
    :param connected_at: epoch seconds.
    :param failures: how often running nothing could be sent to it.
    """

    id: str
    cursor: int
    connected_at: float
    failures: int = 0


class ChannelTable:
    """Connections, messages and their counter, a partition a user.

    :param client: a DynamoDB client.
    :param name: the table's name.
    """

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self._client = client
        self._name = name

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the table in CHANNEL_TABLE."""
        return cls(boto3.client("dynamodb", config=FOR_TABLES), os.environ["CHANNEL_TABLE"])

    def last_number(self, user_id: str) -> int:
        """Return the number of the user's newest message, 0 if there never was one."""
        item = self._client.get_item(
            TableName=self._name,
            Key=_key(user_id, "counter"),
            ConsistentRead=True,
            **_wanting("last"),
        ).get("Item", {"last": {"N": "0"}})
        return int(item["last"]["N"])

    def open(self, user_id: str, connection_id: str, *, cursor: int, now: float) -> None:
        """Keep a new connection; `cursor` is the number of the last message it knows."""
        self._client.update_item(
            **self._setting(
                _key(user_id, f"connection#{connection_id}"),
                cursor={"N": str(cursor)},
                connectedAt={"N": f"{now:.3f}"},
                expiresAt={"N": str(int(now) + CONNECTION_SECONDS)},
            )
        )

    def close(self, user_id: str, connection_id: str) -> None:
        """Forget a connection."""
        self._client.delete_item(
            TableName=self._name, Key=_key(user_id, f"connection#{connection_id}")
        )

    def ask_for_missed(self, user_id: str, connection_id: str, *, now: float) -> None:
        """Leave a trace in the table's stream, which makes the messages be delivered."""
        self._client.update_item(
            **self._setting(
                _key(user_id, f"resume#{connection_id}"),
                askedAt={"N": str(now)},
                expiresAt={"N": str(int(now) + RESUME_SECONDS)},
            )
        )

    def append(
        self,
        user_id: str,
        *,
        event_id: str,
        type_: str,
        time_: str,
        data: str,
        now: float,
        keep_seconds: int,
    ) -> int | None:
        """Give a message the user's next number and keep it, once for each event.

        Return the number, or None for an event that has one already.

        :raises ContentionError: if others were quicker again and again.
        """
        for attempt in range(TRIES):
            message = Message(
                number=self.last_number(user_id) + 1, type=type_, time=time_, data=data
            )
            try:
                self._client.transact_write_items(
                    TransactItems=[
                        self._count(user_id, message.number),
                        self._keep(user_id, message, expires_at=int(now) + keep_seconds),
                        self._remember(user_id, event_id, now=now),
                    ]
                )
            except self._client.exceptions.TransactionCanceledException as error:
                codes = [reason.get("Code") for reason in error.response["CancellationReasons"]]
                if codes[2] == "ConditionalCheckFailed":
                    return None
                if not {"ConditionalCheckFailed", "TransactionConflict"} & set(codes):
                    raise
                time.sleep(random.uniform(0, min(0.02 * 2**attempt, LONGEST_PAUSE_SECONDS)))
            else:
                return message.number
        raise ContentionError(f"{TRIES} tries to number a message of user {user_id} met others")

    def connections(self, user_id: str) -> list[Connection]:
        """Return the user's connections."""
        return [
            Connection(
                id=item["itemId"]["S"].removeprefix("connection#"),
                cursor=int(item["cursor"]["N"]),
                connected_at=float(item["connectedAt"]["N"]),
                failures=int(item.get("failures", {"N": "0"})["N"]),
            )
            for item in self._query(
                "userId = :user AND begins_with(itemId, :connections)",
                {":user": {"S": user_id}, ":connections": {"S": "connection#"}},
                **_wanting("itemId", "cursor", "connectedAt", "failures"),
            )
        ]

    def messages(self, user_id: str, *, after: int, now: float) -> Iterator[Message]:
        """Yield the messages with a greater number that have not expired, in their order.

        DynamoDB deletes what has expired days later (its documentation of TTL): the time counts.
        """
        values = {
            ":user": {"S": user_id},
            ":first": {"S": f"message#{message_id(after + 1)}"},
            ":last": {"S": f"message#{'9' * DIGITS}"},
            ":now": {"N": str(now)},
        }
        keys = "userId = :user AND itemId BETWEEN :first AND :last"
        wanted = _wanting("itemId", "type", "time", "data")
        for item in self._query(keys, values, FilterExpression="expiresAt > :now", **wanted):
            yield Message(
                number=int(item["itemId"]["S"].removeprefix("message#")),
                type=item["type"]["S"],
                time=item["time"]["S"],
                data=item["data"]["S"],
            )

    def move_cursor(self, user_id: str, connection_id: str, number: int) -> None:
        """Note the last message a connection was sent, unless it is closed by now."""
        self._note(user_id, connection_id, cursor=number, failures=0)

    def note_failures(self, user_id: str, connection_id: str, failures: int) -> None:
        """Note how often running nothing could be sent, unless it is closed by now."""
        self._note(user_id, connection_id, failures=failures)

    def forget(self, user_id: str) -> int:
        """Delete all items of a user and return how many there were."""
        items = self._query(
            "userId = :user", {":user": {"S": user_id}}, **_wanting("userId", "itemId")
        )
        count = 0
        for item in items:
            key = _key(user_id, item["itemId"]["S"])
            self._client.delete_item(TableName=self._name, Key=key)
            count += 1
        return count

    def _note(self, user_id: str, connection_id: str, **numbers: int) -> None:
        try:
            self._client.update_item(
                TableName=self._name,
                Key=_key(user_id, f"connection#{connection_id}"),
                UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in numbers),
                ConditionExpression="attribute_exists(userId)",
                ExpressionAttributeNames={f"#{name}": name for name in numbers},
                ExpressionAttributeValues={
                    f":{name}": {"N": str(number)} for name, number in numbers.items()
                },
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return

    def _query(self, keys: str, values: dict[str, Any], **more: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401
        pages = self._client.get_paginator("query").paginate(
            TableName=self._name,
            KeyConditionExpression=keys,
            ExpressionAttributeValues=values,
            ConsistentRead=True,
            **more,
        )
        return (item for page in pages for item in page["Items"])

    def _count(self, user_id: str, number: int) -> Any:  # noqa: ANN401
        condition = "#last = :before" if number > 1 else "attribute_not_exists(userId)"
        before = {":before": {"N": str(number - 1)}} if number > 1 else {}
        return {
            "Update": {
                "TableName": self._name,
                "Key": _key(user_id, "counter"),
                "UpdateExpression": "SET #last = :number",
                "ConditionExpression": condition,
                "ExpressionAttributeNames": {"#last": "last"},
                "ExpressionAttributeValues": {":number": {"N": str(number)}, **before},
            }
        }

    def _keep(self, user_id: str, message: Message, *, expires_at: int) -> Any:  # noqa: ANN401
        return {
            "Update": self._setting(
                _key(user_id, f"message#{message_id(message.number)}"),
                type={"S": message.type},
                time={"S": message.time},
                data={"S": message.data},
                expiresAt={"N": str(expires_at)},
            )
        }

    def _remember(self, user_id: str, event_id: str, *, now: float) -> Any:  # noqa: ANN401
        item = self._setting(
            _key(user_id, f"seen#{event_id}"), expiresAt={"N": str(int(now) + SEEN_SECONDS)}
        )
        return {"Update": {**item, "ConditionExpression": "attribute_not_exists(userId)"}}

    def _setting(self, key: dict[str, Any], **attributes: Any) -> Any:  # noqa: ANN401
        """Return an update that makes an item: unlike a put it can replace none of another kind."""
        return {
            "TableName": self._name,
            "Key": key,
            "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in attributes),
            "ExpressionAttributeNames": {f"#{name}": name for name in attributes},
            "ExpressionAttributeValues": {f":{name}": attributes[name] for name in attributes},
        }


def _wanting(*names: str) -> Any:  # noqa: ANN401
    """Return the arguments of a read that wants these attributes and no others."""
    marks = {f"#{name}": name for name in names}
    return {"ProjectionExpression": ", ".join(marks), "ExpressionAttributeNames": marks}


def _key(user_id: str, item_id: str) -> dict[str, Any]:
    return {"userId": {"S": user_id}, "itemId": {"S": item_id}}
