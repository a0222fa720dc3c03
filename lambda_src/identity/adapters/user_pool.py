"""The users of a Cognito user pool."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

import boto3
from botocore.exceptions import ClientError
from shared.aws import PATIENCE

from identity.domain.directory import (
    DirectoryBusyError,
    DirectoryUser,
    InvalidPageError,
    UnknownUserError,
    UserPage,
)

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_cognito_idp.type_defs import ListUsersRequestTypeDef, UserTypeTypeDef

# A page of 60 users takes 60 questions for groups, and an account's users share 120 a second
# (Cognito quotas, category UserRead). Fewer than the 10 connections that botocore keeps.
QUESTIONS_AT_ONCE = 8


class UserPool:
    """The port `Directory` on Cognito.

    :param client: a client of Cognito user pools.
    :param pool_id: the user pool's id.
    """

    def __init__(self, client: "CognitoIdentityProviderClient", pool_id: str) -> None:
        self._client = client
        self._pool_id = pool_id

    @classmethod
    def from_environment(cls) -> Self:
        """Ask the pool whose id is in the variable USER_POOL_ID."""
        return cls(boto3.client("cognito-idp", config=PATIENCE), os.environ["USER_POOL_ID"])

    def page(self, *, limit: int, after: str | None) -> UserPage:
        """Return one of Cognito's own pages, each user with their groups."""
        request: ListUsersRequestTypeDef = {"UserPoolId": self._pool_id, "Limit": limit}
        if after is not None:
            request["PaginationToken"] = after
        with _translated():
            try:
                answer = self._client.list_users(**request)
            except self._client.exceptions.InvalidParameterException as error:
                # Nothing else of the request comes from outside.
                raise InvalidPageError from error
            with ThreadPoolExecutor(QUESTIONS_AT_ONCE) as threads:
                users = list(threads.map(self._user, answer["Users"]))
        return UserPage(
            users=tuple(user for user in users if user is not None),
            after=answer.get("PaginationToken"),
        )

    def check(self, user_id: str) -> None:
        """Look for the user by `sub`, the one name that users of other providers have too."""
        pages = self._client.get_paginator("list_users").paginate(
            UserPoolId=self._pool_id, Filter=f'sub = "{user_id}"'
        )
        with _translated():
            if not any(page["Users"] for page in pages):
                raise UnknownUserError(user_id)

    def _user(self, user: "UserTypeTypeDef") -> DirectoryUser | None:
        """Return a user with their groups; None for one that was deleted in this moment."""
        attributes = {entry["Name"]: entry.get("Value", "") for entry in user["Attributes"]}
        pages = self._client.get_paginator("admin_list_groups_for_user").paginate(
            UserPoolId=self._pool_id, Username=user["Username"]
        )
        try:
            groups = [group["GroupName"] for page in pages for group in page["Groups"]]
        except self._client.exceptions.UserNotFoundException:
            return None
        return DirectoryUser(
            user_id=attributes["sub"],
            email=attributes.get("email", ""),
            groups=tuple(sorted(groups)),
            status=user["UserStatus"] if user["Enabled"] else "DISABLED",
        )


@contextmanager
def _translated() -> Iterator[None]:
    """Say of a request that was too many, after botocore's tries, that it was."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] == "TooManyRequestsException":
            raise DirectoryBusyError from error
        raise
