"""The people of a user pool."""

from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

PASSWORD = "Correct-horse-9"


class People:
    """A user pool whose users sign in by their address, with the groups of the platform."""

    def __init__(self) -> None:
        self.client: CognitoIdentityProviderClient = boto3.client("cognito-idp")
        pool = self.client.create_user_pool(PoolName="people", UsernameAttributes=["email"])
        self.pool_id = pool["UserPool"]["Id"]
        client = self.client.create_user_pool_client(
            UserPoolId=self.pool_id,
            ClientName="website",
            ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        )
        self.client_id = client["UserPoolClient"]["ClientId"]
        for group in ("administrators", "customers"):
            self.client.create_group(UserPoolId=self.pool_id, GroupName=group)

    def add(self, email: str, *groups: str) -> str:
        """Let somebody sign in, and return their id."""
        answer = self.client.admin_create_user(
            UserPoolId=self.pool_id,
            Username=email,
            UserAttributes=[{"Name": "email", "Value": email}],
        )
        username = answer["User"]["Username"]
        self.client.admin_set_user_password(
            UserPoolId=self.pool_id, Username=username, Password=PASSWORD, Permanent=True
        )
        for group in groups:
            self.client.admin_add_user_to_group(
                UserPoolId=self.pool_id, Username=username, GroupName=group
            )
        attributes = {entry["Name"]: entry["Value"] for entry in answer["User"]["Attributes"]}
        return attributes["sub"]

    def sign_in(self, email: str) -> Any:
        """Return all tokens of somebody."""
        return self.client.initiate_auth(
            ClientId=self.client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email, "PASSWORD": PASSWORD},
        )["AuthenticationResult"]
