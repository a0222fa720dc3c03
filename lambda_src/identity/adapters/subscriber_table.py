"""Who gets the newsletter, in the users' table: see `items` for what is in it.

The index holds the profiles that have `subscribedTo`, and every write that changes `newsletter`
changes that too. DynamoDB writes an index a moment after the table.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from blockwork.runtime.expressions import projection
from blockwork.runtime.tables import TableAdapter
from blockwork.runtime.versions import new_version
from identity.adapters.items import (
    INDEX_KEY,
    NEWSLETTER,
    PROFILE,
    SUBSCRIBERS,
    Item,
    iso,
    key,
)
from identity.domain.newsletter import (
    DELETED,
    UNSUBSCRIBED,
    Described,
    Subscriber,
    SubscriberPage,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import KeysAndAttributesTypeDef

PAUSE_SECONDS = 0.1
"""Before DynamoDB is asked again for items of a batch that it had no time for."""
UNTRUE = (
    "(newsletter = :yes AND attribute_not_exists(subscribedTo))"
    " OR (newsletter = :no AND attribute_exists(subscribedTo))"
)
"""What holds for no profile that the index tells the truth of."""


class SubscriberTable(TableAdapter):
    """The ports `Subscribers` and `Unindexed` on DynamoDB."""

    def __init__(
        self,
        client: "DynamoDBClient",
        name: str,
        *,
        pause: Callable[[], None] = lambda: time.sleep(PAUSE_SECONDS),
    ) -> None:
        super().__init__(client, name)
        self._pause = pause

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the table which the variable USERS_TABLE names."""
        return cls.named(os.environ["USERS_TABLE"])

    def page(self, *, limit: int, after: str | None) -> SubscriberPage:
        """Query the index from the user after whom the last page ended."""
        start: dict[str, Any] = {}
        if after is not None:
            start["ExclusiveStartKey"] = {**key(after, PROFILE), INDEX_KEY: {"S": NEWSLETTER}}
        answer = self._client.query(
            TableName=self._name,
            IndexName=SUBSCRIBERS,
            KeyConditionExpression=f"{INDEX_KEY} = :newsletter",
            ExpressionAttributeValues={":newsletter": {"S": NEWSLETTER}},
            Limit=limit,
            **projection(["userId"]),
            **start,
        )
        last = answer.get("LastEvaluatedKey")
        return SubscriberPage(
            user_ids=tuple(item["userId"]["S"] for item in answer["Items"]),
            after=last["userId"]["S"] if last else None,
        )

    def describe(self, user_ids: Sequence[str]) -> Described:
        """Read all profiles at once, as often as DynamoDB leaves some of them out."""
        profiles = {item["userId"]["S"]: item for item in self._profiles(user_ids)}
        subscribers = [
            Subscriber(user_id, profiles[user_id]["email"]["S"])
            for user_id in user_ids
            if _is_subscribed(profiles.get(user_id))
        ]
        there = {one.user_id for one in subscribers}
        others = [
            (user_id, UNSUBSCRIBED if user_id in profiles else DELETED)
            for user_id in user_ids
            if user_id not in there
        ]
        return Described(subscribers=tuple(subscribers), others=tuple(others))

    def unsubscribe(self, user_id: str, *, at: datetime) -> bool:
        """Change decision and index in one write, where there is something to change."""
        try:
            self._client.update_item(
                TableName=self._name,
                Key=key(user_id, PROFILE),
                UpdateExpression="SET newsletter = :no, updatedAt = :now, version = :version"
                " REMOVE subscribedTo, newsletterSince",
                ConditionExpression="newsletter = :yes OR attribute_exists(subscribedTo)",
                ExpressionAttributeValues={
                    ":no": {"BOOL": False},
                    ":yes": {"BOOL": True},
                    ":now": {"S": iso(at)},
                    ":version": {"S": new_version()},
                },
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def mend(self) -> int:
        """Scan for profiles older than the index, and those that code older than it has written."""
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._name,
            FilterExpression=UNTRUE,
            ExpressionAttributeValues={":yes": {"BOOL": True}, ":no": {"BOOL": False}},
            ProjectionExpression="userId, newsletter",
        )
        return sum(self._index(item) for page in pages for item in page["Items"])

    def _index(self, item: Item) -> bool:
        """Let the index say what the profile says, unless that has changed meanwhile."""
        change = "SET subscribedTo = :newsletter" if _decided(item) else "REMOVE subscribedTo"
        values: Item = {":decided": item["newsletter"]}
        if _decided(item):
            values[":newsletter"] = {"S": NEWSLETTER}
        try:
            self._client.update_item(
                TableName=self._name,
                Key=key(item["userId"]["S"], PROFILE),
                UpdateExpression=change,
                ConditionExpression="newsletter = :decided",
                ExpressionAttributeValues=values,
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _profiles(self, user_ids: Sequence[str]) -> Iterator[Item]:
        wanted: dict[str, KeysAndAttributesTypeDef] = {
            self._name: {
                "Keys": [key(user_id, PROFILE) for user_id in user_ids],
                "ConsistentRead": True,
                **projection(["userId", "newsletter", "email"]),  # type: ignore[typeddict-item]
            }
        }
        while wanted:
            answer = self._client.batch_get_item(RequestItems=wanted)
            yield from answer["Responses"].get(self._name, [])
            wanted = answer["UnprocessedKeys"]  # type: ignore[assignment]
            if wanted:
                self._pause()


def _decided(item: Item) -> bool:
    return bool(item["newsletter"]["BOOL"])


def _is_subscribed(profile: Item | None) -> bool:
    """Tell whether a profile says so, and has an address."""
    return profile is not None and _decided(profile) and bool(profile["email"]["S"])
