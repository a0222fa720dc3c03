"""What a stage keeps of users in its tables."""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

QUIET = 5.0
"""Seconds without anything new: what streams and queues bring late takes less."""
LONGEST = 120.0
TABLES = ("AWS::DynamoDB::GlobalTable", "AWS::DynamoDB::Table")


class StillWrittenError(Exception):
    """Something goes on writing of users who are to be forgotten."""


class UserItems:
    """Items of users in every table of a stage that has their ids as its partition key.

    :param cloudformation: a client that may list stacks and their resources.
    :param dynamodb: a client that may describe those tables, query them and delete items.
    :param stacks: what the names of the stage's stacks begin with, such as `Dev-`.
    :param partition_key: how tables call users' ids. Default: `userId`.
    :param pause: waits for so many seconds. Default: `time.sleep`.
    """

    def __init__(
        self,
        cloudformation: Any,  # noqa: ANN401 -- made at run time
        dynamodb: Any,  # noqa: ANN401
        *,
        stacks: str,
        partition_key: str = "userId",
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        self._cloudformation = cloudformation
        self._dynamodb = dynamodb
        self._stacks = stacks
        self._partition_key = partition_key
        self._pause = pause

    def forget(self, user_ids: Sequence[str]) -> None:
        """Delete the items of users, and what comes within the next seconds.

        :raises StillWrittenError: if there is no end to it within two minutes.
        """
        began = quiet_since = time.monotonic()
        while time.monotonic() - quiet_since < QUIET:
            deleted = sum(
                self._delete(table, sort_key, user_id)
                for table, sort_key in self._tables
                for user_id in user_ids
            )
            if deleted:
                quiet_since = time.monotonic()
            if quiet_since - began > LONGEST:
                tables = ", ".join(table for table, _ in self._tables)
                raise StillWrittenError(
                    f"items of {', '.join(user_ids)} come again as often as they are deleted from"
                    f" {tables}: find out who writes them, then run this again an hour later, which"
                    " removes what is left"
                )
            self._pause(0.5)

    @cached_property
    def _tables(self) -> list[tuple[str, str | None]]:
        """Names of tables, each with the name of its sort key."""
        found = []
        for name in self._table_names():
            keys = {
                key["KeyType"]: key["AttributeName"]
                for key in self._dynamodb.describe_table(TableName=name)["Table"]["KeySchema"]
            }
            if keys["HASH"] == self._partition_key:
                found.append((name, keys.get("RANGE")))
        return found

    def _table_names(self) -> Iterator[str]:
        stacks = self._cloudformation.get_paginator("describe_stacks")
        names = [stack["StackName"] for page in stacks.paginate() for stack in page["Stacks"]]
        resources = self._cloudformation.get_paginator("list_stack_resources")
        for name in names:
            if name.startswith(self._stacks):
                for page in resources.paginate(StackName=name):
                    for resource in page["StackResourceSummaries"]:
                        if resource["ResourceType"] in TABLES:
                            yield resource["PhysicalResourceId"]

    def _delete(self, table: str, sort_key: str | None, user_id: str) -> int:
        """Delete the items of one user in one table, and tell how many there were."""
        names = {"#user": self._partition_key} | ({"#item": sort_key} if sort_key else {})
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=table,
            KeyConditionExpression="#user = :user",
            ProjectionExpression=", ".join(names),
            ExpressionAttributeNames=names,
            ExpressionAttributeValues={":user": {"S": user_id}},
            ConsistentRead=True,
        )
        keys = [item for page in pages for item in page["Items"]]
        for key in keys:
            self._dynamodb.delete_item(TableName=table, Key=key)
        return len(keys)
