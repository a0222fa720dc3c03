"""The users' table as it is emptied of those who are gone: see `items` for what is in it."""

import os
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Self

from blockwork.runtime.expressions import projection
from blockwork.runtime.tables import TableAdapter
from identity.adapters.items import DELETED, KEY, PERMISSIONS, PROFILE, iso, key


class LeavingTable(TableAdapter):
    """The ports `KnownUsers` and `Leaving` on DynamoDB."""

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the table which the variable USERS_TABLE names."""
        return cls.named(os.environ["USERS_TABLE"])

    def user_ids(self, part: int, *, of: int) -> Iterator[str]:
        """Yield the ids in one of the segments of a scan, which has a user's items side by side."""
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._name, Segment=part, TotalSegments=of, **projection(KEY)
        )
        ids = (item["userId"]["S"] for page in pages for item in page["Items"])
        return (user_id for user_id, _ in groupby(ids))

    def forget(self, user_id: str, *, at: datetime) -> datetime:
        """Mark first: who is marked is found again, if the rest fails."""
        marked = self._mark(user_id, at)
        for item_id in (PROFILE, PERMISSIONS):
            self._client.delete_item(TableName=self._name, Key=key(user_id, item_id))
        return marked

    def unmark(self, user_id: str) -> None:
        """Delete the mark."""
        self._client.delete_item(TableName=self._name, Key=key(user_id, DELETED))

    def _mark(self, user_id: str, at: datetime) -> datetime:
        """Mark a user, once, and return when that was."""
        try:
            self._client.update_item(
                TableName=self._name,
                Key=key(user_id, DELETED),
                UpdateExpression="SET deletedAt = :now",
                ConditionExpression="attribute_not_exists(deletedAt)",
                ExpressionAttributeValues={":now": {"S": iso(at)}},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            answer = self._client.get_item(
                TableName=self._name,
                Key=key(user_id, DELETED),
                **projection(["deletedAt"]),
                ConsistentRead=True,
            )
            return datetime.fromisoformat(answer["Item"]["deletedAt"]["S"])
        return at
