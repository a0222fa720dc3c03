"""Profiles and permissions in a DynamoDB table: see `items` for what is in it."""

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from blockwork.runtime.aws import TRIGGER_PATIENCE
from blockwork.runtime.expressions import projection, setting
from blockwork.runtime.tables import TableAdapter
from blockwork.runtime.versions import OutdatedError, Seen, condition, item_there
from identity.adapters.items import (
    GRANT_ATTRIBUTES,
    INDEX_KEY,
    KEY,
    PERMISSIONS,
    PROFILE,
    PROFILE_ATTRIBUTES,
    SINCE,
    Item,
    detail_attributes,
    grant_item,
    grant_of,
    iso,
    key,
    permissions_of,
    profile_item,
    profile_of,
    version_of,
)
from identity.domain.account import Account
from identity.domain.granting import Grant, Granted
from identity.domain.profile import Profile, UnknownProfileError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import UpdateItemInputTypeDef


class UserTable(TableAdapter):
    """The ports `Profiles`, `Grants` and `Accounts` on DynamoDB."""

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the table which the variable USERS_TABLE names."""
        return cls.named(os.environ["USERS_TABLE"])

    @classmethod
    def for_trigger(cls) -> Self:
        """Connect to the same table with the patience that a trigger of Cognito may have."""
        return cls.named(os.environ["USERS_TABLE"], patience=TRIGGER_PATIENCE)

    def profile(self, user_id: str) -> Profile:
        """Return a profile, as it is after every write that has been answered."""
        item = self._item(user_id, PROFILE, PROFILE_ATTRIBUTES)
        if item is None:
            raise UnknownProfileError
        return profile_of(item)

    def add_profile(self, profile: Profile) -> bool:
        """Keep a new profile, never in the place of another."""
        try:
            self._client.update_item(
                TableName=self._name,
                **setting(profile_item(profile), key=KEY),
                ConditionExpression="attribute_not_exists(userId)",
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def replace_profile(self, profile: Profile, *, seen: Seen | None = None) -> Profile:
        """Write everything in one call, so that two writers never mix theirs."""
        always = {
            **detail_attributes(profile.details),
            "email": {"S": profile.email},
            "updatedAt": {"S": iso(profile.updated_at)},
            "version": {"S": profile.version},
        }
        once = {
            "createdAt": {"S": iso(profile.created_at)},
            "correlationId": {"S": profile.correlation_id},
        }
        if INDEX_KEY in always and profile.newsletter_since:
            once[SINCE] = {"S": iso(profile.newsletter_since)}
        sets = [f"{name} = :{name}" for name in always]
        sets += [f"{name} = if_not_exists({name}, :{name})" for name in once]
        removes = "" if INDEX_KEY in always else f" REMOVE {INDEX_KEY}, {SINCE}"
        request: UpdateItemInputTypeDef = {
            "TableName": self._name,
            "Key": key(profile.user_id, PROFILE),
            "UpdateExpression": "SET " + ", ".join(sets) + removes,
            "ReturnValues": "ALL_NEW",
        }
        values = {f":{name}": value for name, value in {**always, **once}.items()}
        if seen is not None:
            expected, versions = condition(seen, key="userId")
            # Of one that is not there nobody has seen a version.
            request["ConditionExpression"] = f"attribute_exists(userId) AND {expected}"
            request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
            values |= versions
        request["ExpressionAttributeValues"] = values
        try:
            answer = self._client.update_item(**request)
        except self._client.exceptions.ConditionalCheckFailedException as error:
            item = item_there(error.response)
            there = profile_of(item) if item else None
            if there is None or there.version != profile.version:
                raise OutdatedError(there) from error
            return there  # botocore has repeated what was written and had no answer
        return profile_of(answer["Attributes"])

    def granted(self, user_id: str) -> Granted:
        """Return a user's own permissions, as they are after every write that was answered."""
        return _granted(self._item(user_id, PERMISSIONS, GRANT_ATTRIBUTES))

    def grant(self, grant: Grant, *, seen: Seen | None = None) -> None:
        """Write every attribute; what was never written has a version, too."""
        request: UpdateItemInputTypeDef = {
            "TableName": self._name,
            **setting(grant_item(grant), key=KEY),  # type: ignore[typeddict-item]
        }
        if seen is not None and seen.versions is not None:
            expected, versions = condition(seen, key="userId")
            request["ConditionExpression"] = expected
            request["ExpressionAttributeValues"] = {
                **request["ExpressionAttributeValues"],
                **versions,
            }
            request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        try:
            self._client.update_item(**request)
        except self._client.exceptions.ConditionalCheckFailedException as error:
            there = _granted(item_there(error.response))
            if there.version != grant.version:  # else botocore has repeated what was written
                raise OutdatedError(there) from error

    def account(self, user_id: str) -> Account:
        """Return what is kept of a user, read at once."""
        answer = self._client.query(
            TableName=self._name,
            KeyConditionExpression="userId = :user",
            ExpressionAttributeValues={":user": {"S": user_id}},
            **projection(["itemId", "email", "permissions"]),
            ConsistentRead=True,
        )
        items = {item["itemId"]["S"]: item for item in answer["Items"]}
        # What is no profile or grant, whoever wrote it, is none, and locks nobody out.
        is_granted = "permissions" in items.get(PERMISSIONS, {})
        return Account(
            email=items.get(PROFILE, {}).get("email", {}).get("S"),
            permissions=permissions_of(items[PERMISSIONS]) if is_granted else frozenset(),
        )

    def change_address(self, user_id: str, email: str) -> None:
        """Write the address, which is no part of what the user decides: the version stays."""
        try:
            self._client.update_item(
                TableName=self._name,
                Key=key(user_id, PROFILE),
                UpdateExpression="SET email = :email",
                ConditionExpression="attribute_exists(userId)",
                ExpressionAttributeValues={":email": {"S": email}},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return  # forgotten in this moment

    def _item(self, user_id: str, item_id: str, attributes: Iterable[str]) -> Item | None:
        answer = self._client.get_item(
            TableName=self._name,
            Key=key(user_id, item_id),
            **projection([*KEY, *attributes]),
            ConsistentRead=True,
        )
        return answer.get("Item")


def _granted(item: Item | None) -> Granted:
    return Granted(grant_of(item).permissions, version_of(item)) if item else Granted()
