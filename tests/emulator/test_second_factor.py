"""A directory whose users have to have an authenticator app."""

from typing import Any

import pytest
from aws_cdk import CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_cognito as cognito

from constructs_lib.blocks import UserDirectory
from tests.emulator.people import PASSWORD, People
from tests.emulator.support import Aws
from tests.emulator.synthesised import deploy_constructs
from tests.emulator.test_cognito_challenges import app_code


@pytest.fixture(scope="module")
def people(aws: Aws) -> People:
    def build(stack: Stack) -> None:
        users = UserDirectory(
            stack,
            "Users",
            second_factor=cognito.Mfa.REQUIRED,
            password_sign_in=True,
            removal_policy=RemovalPolicy.DESTROY,
        )
        CfnOutput(stack, "pool", value=users.pool.user_pool_id)
        CfnOutput(stack, "client", value=users.client.user_pool_client_id)

    return People(aws, deploy_constructs(aws, "second-factor", build))


def set_up(people: People, email: str, session: str) -> dict[str, Any]:
    """Set an app up, and return Cognito's answer to the challenge and the app's secret."""
    made = people.cognito.associate_software_token(Session=session)
    shown = {"Session": made["Session"], "UserCode": app_code(made["SecretCode"])}
    verified = people.cognito.verify_software_token(**shown)
    answer = people.respond("MFA_SETUP", {"USERNAME": email}, verified["Session"])
    return {**answer, "secret": made["SecretCode"]}


@pytest.mark.parametrize("way", ["sign_in", "prove"])
def test_who_has_no_app_sets_one_up_before_anything_else(people: People, way: str) -> None:
    email = f"{way.replace('_', '-')}@second.example"
    people.invite(email)

    asked = getattr(people, way)(email)
    answer = set_up(people, email, asked["Session"])

    assert asked["ChallengeName"] == "MFA_SETUP"
    assert "AuthenticationResult" not in asked
    assert answer["AuthenticationResult"]["IdToken"]
    assert people.sign_in(email)["ChallengeName"] == "SOFTWARE_TOKEN_MFA"


def test_the_first_own_password_is_not_enough(people: People) -> None:
    email = "invited@second.example"
    people.cognito.admin_create_user(
        UserPoolId=people.pool,
        Username=email,
        TemporaryPassword=PASSWORD,
        MessageAction="SUPPRESS",
    )
    first = people.sign_in(email)
    own = {"USERNAME": email, "NEW_PASSWORD": "Another-horse-8"}

    asked = people.respond("NEW_PASSWORD_REQUIRED", own, first["Session"])

    assert asked["ChallengeName"] == "MFA_SETUP"
    assert set_up(people, email, asked["Session"])["AuthenticationResult"]["IdToken"]


def test_nobody_comes_in_without_the_app(people: People) -> None:
    people.invite("hasty@second.example")
    asked = people.sign_in("hasty@second.example")
    refused = people.cognito.exceptions.NotAuthorizedException
    name = {"USERNAME": "hasty@second.example"}

    for session in (asked["Session"], "x" * 44):
        with pytest.raises(refused):
            people.respond("MFA_SETUP", name, session)
    with pytest.raises(refused):
        people.cognito.associate_software_token(Session="x" * 44)
    made = people.cognito.associate_software_token(Session=asked["Session"])
    with pytest.raises(refused):
        people.respond("MFA_SETUP", name, made["Session"])
    with pytest.raises(people.cognito.exceptions.EnableSoftwareTokenMFAException):
        people.cognito.verify_software_token(
            Session=made["Session"], UserCode=app_code(made["SecretCode"], steps=9)
        )
