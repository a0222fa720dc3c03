"""A directory whose users administrators make."""

import pytest
from aws_cdk import CfnOutput, RemovalPolicy, Stack
from botocore.exceptions import ClientError

from constructs_lib.blocks import UserDirectory
from tests.emulator.people import People
from tests.emulator.support import Aws
from tests.emulator.synthesised import deploy_constructs


@pytest.fixture(scope="module")
def people(aws: Aws) -> People:
    def build(stack: Stack) -> None:
        users = UserDirectory(
            stack,
            "Users",
            self_sign_up=False,
            password_sign_in=True,
            removal_policy=RemovalPolicy.DESTROY,
        )
        CfnOutput(stack, "pool", value=users.pool.user_pool_id)
        CfnOutput(stack, "client", value=users.client.user_pool_client_id)

    return People(aws, deploy_constructs(aws, "closed-sign-up", build))


def test_a_visitor_does_not_come_in(people: People) -> None:
    with pytest.raises(ClientError, match="SignUp is not permitted for this user pool"):
        people.sign_up("visitor@doors.example")


def test_who_is_invited_does(people: People) -> None:
    people.invite("ada@doors.example")

    assert "AccessToken" in people.sign_in("ada@doors.example")["AuthenticationResult"]
