"""Who is in which group of a Cognito user pool."""

from typing import TYPE_CHECKING, Self

import boto3
from shared.aws import TRIGGER_PATIENCE

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient


class UserGroups:
    """The port `Groups` on Cognito.

    :param client: a client of Cognito user pools.
    """

    def __init__(self, client: "CognitoIdentityProviderClient") -> None:
        self._client = client

    @classmethod
    def for_trigger(cls) -> Self:
        """Connect with the patience that a trigger of Cognito may have."""
        return cls(boto3.client("cognito-idp", config=TRIGGER_PATIENCE))

    def join(self, group: str, *, pool_id: str, username: str) -> None:
        """Put a user into a group."""
        self._client.admin_add_user_to_group(UserPoolId=pool_id, Username=username, GroupName=group)
