"""Profiles and permissions in a DynamoDB table: see `items` for what is in it."""

import os
from typing import TYPE_CHECKING, Self

import boto3
from botocore.config import Config
from shared.aws import PATIENCE, TRIGGER_PATIENCE
from shared.permissions import Permission

from identity.adapters.items import (
    PERMISSIONS,
    PROFILE,
    Item,
    detail_attributes,
    grant_item,
    grant_of,
    iso,
    key,
    profile_item,
    profile_of,
)
from identity.domain.account import Account
from identity.domain.granting import Grant
from identity.domain.profile import Profile, UnknownProfileError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class UserTable:
    """The ports `Profiles`, `Grants` and `Accounts` on DynamoDB.

    :param client: a DynamoDB client.
    :param name: the table's name.
    """

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self._client = client
        self._name = name

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the table which the variable USERS_TABLE names."""
        return cls._connected(PATIENCE)

    @classmethod
    def for_trigger(cls) -> Self:
        """Connect to the same table with the patience that a trigger of Cognito may have."""
        return cls._connected(TRIGGER_PATIENCE)

    def profile(self, user_id: str) -> Profile:
        """Return a profile, as it is after every write that has been answered."""
        item = self._item(user_id, PROFILE)
        if item is None:
            raise UnknownProfileError
        return profile_of(item)

    def add_profile(self, profile: Profile) -> bool:
        """Keep a new profile, never in the place of another."""
        try:
            self._client.put_item(
                TableName=self._name,
                Item=profile_item(profile),
                ConditionExpression="attribute_not_exists(userId)",
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def replace_profile(self, profile: Profile) -> Profile:
        """Write everything in one call, so that two writers never mix theirs."""
        always = {
            **detail_attributes(profile.details),
            "email": {"S": profile.email},
            "updatedAt": {"S": iso(profile.updated_at)},
        }
        once = {
            "createdAt": {"S": iso(profile.created_at)},
            "correlationId": {"S": profile.correlation_id},
        }
        sets = [f"{name} = :{name}" for name in always]
        sets += [f"{name} = if_not_exists({name}, :{name})" for name in once]
        answer = self._client.update_item(
            TableName=self._name,
            Key=key(profile.user_id, PROFILE),
            UpdateExpression="SET " + ", ".join(sets),
            ExpressionAttributeValues={
                f":{name}": value for name, value in {**always, **once}.items()
            },
            ReturnValues="ALL_NEW",
        )
        return profile_of(answer["Attributes"])

    def permissions(self, user_id: str) -> frozenset[Permission]:
        """Return a user's own permissions, as they are after every write that was answered."""
        item = self._item(user_id, PERMISSIONS)
        return frozenset() if item is None else grant_of(item).permissions

    def grant(self, grant: Grant) -> None:
        """Write the item anew."""
        self._client.put_item(TableName=self._name, Item=grant_item(grant))

    def account(self, user_id: str) -> Account:
        """Return what is kept of a user, read at once."""
        answer = self._client.query(
            TableName=self._name,
            KeyConditionExpression="userId = :user",
            ExpressionAttributeValues={":user": {"S": user_id}},
            ConsistentRead=True,
        )
        items = {item["itemId"]["S"]: item for item in answer["Items"]}
        return Account(
            has_profile=PROFILE in items,
            permissions=(
                grant_of(items[PERMISSIONS]).permissions if PERMISSIONS in items else frozenset()
            ),
        )

    def _item(self, user_id: str, item_id: str) -> Item | None:
        answer = self._client.get_item(
            TableName=self._name, Key=key(user_id, item_id), ConsistentRead=True
        )
        return answer.get("Item")

    @classmethod
    def _connected(cls, patience: Config) -> Self:
        return cls(boto3.client("dynamodb", config=patience), os.environ["USERS_TABLE"])
