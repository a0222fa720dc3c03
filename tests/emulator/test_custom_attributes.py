"""What a directory knows of its users besides their address, and what they may change of it."""

import pytest
from aws_cdk import CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_cognito as cognito
from botocore.exceptions import ClientError

from constructs_lib.blocks import UserDirectory
from tests.emulator.people import People, claims
from tests.emulator.support import Aws
from tests.emulator.synthesised import deploy_constructs

EMAIL = "ada@doors.example"


@pytest.fixture(scope="module")
def people(aws: Aws) -> People:
    def build(stack: Stack) -> None:
        text = cognito.StringAttribute(mutable=True)
        users = UserDirectory(
            stack,
            "Users",
            custom_attributes={"tenant": text, "team": text},
            writable_attributes=["custom:team"],
            password_sign_in=True,
            removal_policy=RemovalPolicy.DESTROY,
        )
        CfnOutput(stack, "pool", value=users.pool.user_pool_id)
        CfnOutput(stack, "client", value=users.client.user_pool_client_id)

    made = People(aws, deploy_constructs(aws, "custom-attributes", build))
    made.invite(EMAIL)
    made.cognito.admin_update_user_attributes(
        UserPoolId=made.pool,
        Username=EMAIL,
        UserAttributes=[{"Name": "custom:tenant", "Value": "north"}],
    )
    return made


def change(people: People, name: str, value: str) -> None:
    token = people.sign_in(EMAIL)["AuthenticationResult"]["AccessToken"]
    people.cognito.update_user_attributes(
        AccessToken=token, UserAttributes=[{"Name": name, "Value": value}]
    )


def test_what_is_known_is_in_the_token(people: People) -> None:
    said = claims(people.sign_in(EMAIL)["AuthenticationResult"]["IdToken"])

    assert (said["custom:tenant"], said["email"]) == ("north", EMAIL)


def test_users_change_what_they_may_and_nothing_else(people: People) -> None:
    change(people, "custom:team", "red")
    with pytest.raises(ClientError, match="NotAuthorizedException"):
        change(people, "custom:tenant", "south")

    said = claims(people.sign_in(EMAIL)["AuthenticationResult"]["IdToken"])
    assert (said["custom:tenant"], said["custom:team"]) == ("north", "red")
