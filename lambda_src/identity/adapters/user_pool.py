"""The users of a Cognito user pool."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING, Self

import boto3
from botocore.exceptions import ClientError

from blockwork.runtime.aws import PATIENCE
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
    """The ports `Directory`, `Membership` and `Admission` on Cognito.

    :param client: a client of Cognito user pools.
    :param pool_id: the user pool's id.
    """

    def __init__(self, client: "CognitoIdentityProviderClient", pool_id: str) -> None:
        self._client = client
        # Here, since botocore makes other classes for each of several threads that ask first.
        self._exceptions = client.exceptions
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
            except self._exceptions.InvalidParameterException as error:
                # Nothing else of the request comes from outside.
                raise InvalidPageError from error
            users = self._with_groups(answer["Users"])
        return UserPage(users=tuple(users), after=answer.get("PaginationToken"))

    def check(self, user_id: str) -> None:
        """Look for the user by `sub`, the one name that users of other providers have too."""
        pages = self._client.get_paginator("list_users").paginate(
            UserPoolId=self._pool_id, Filter=f'sub = "{user_id}"'
        )
        with _translated():
            if not any(page["Users"] for page in pages):
                raise UnknownUserError(user_id)

    def _with_groups(self, found: "list[UserTypeTypeDef]") -> list[DirectoryUser]:
        """Ask for the groups of all, until one question fails."""
        failed = Event()

        def ask(user: "UserTypeTypeDef") -> DirectoryUser | None:
            if failed.is_set():
                return None
            try:
                return self._user(user)
            except Exception:
                failed.set()
                raise

        with ThreadPoolExecutor(QUESTIONS_AT_ONCE) as threads:
            return [user for user in threads.map(ask, found) if user is not None]

    def is_gone(self, user_id: str) -> bool:
        """Tell whether the pool has nobody of this `sub`, and says so when asked for them."""
        try:
            self.check(user_id)
        except UnknownUserError:
            # A list may be behind. Of users of other providers only the list knows the `sub`.
            with _translated():
                try:
                    self._client.admin_get_user(UserPoolId=self._pool_id, Username=user_id)
                except self._client.exceptions.UserNotFoundException:
                    return True
        return False

    def end(self, username: str) -> None:
        """Delete a user, with their password, their sessions and their groups."""
        with _translated():
            try:
                self._client.admin_delete_user(UserPoolId=self._pool_id, Username=username)
            except self._exceptions.UserNotFoundException:
                return  # by an earlier try, or in another tab

    def _user(self, user: "UserTypeTypeDef") -> DirectoryUser | None:
        """Return a user with their groups; None for one that was deleted in this moment."""
        attributes = {entry["Name"]: entry.get("Value", "") for entry in user["Attributes"]}
        pages = self._client.get_paginator("admin_list_groups_for_user").paginate(
            UserPoolId=self._pool_id, Username=user["Username"]
        )
        try:
            groups = [group["GroupName"] for page in pages for group in page["Groups"]]
        except self._exceptions.UserNotFoundException:
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
