"""What a team may decide of a user directory: who comes in, how, and what is known of them."""

import re
from typing import Any

import pytest
from aws_cdk import Duration, Stack
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_lambda as lambda_
from aws_cdk.assertions import Match, Template

from constructs_lib.blocks import HostedSignIn, UserDirectory


def pool_has(stack: Stack, properties: dict[str, Any]) -> None:
    Template.from_stack(stack).has_resource_properties("AWS::Cognito::UserPool", properties)


def client_has(stack: Stack, properties: dict[str, Any]) -> None:
    Template.from_stack(stack).has_resource_properties("AWS::Cognito::UserPoolClient", properties)


def test_visitors_sign_up_themselves_unless_told_otherwise(stack: Stack) -> None:
    UserDirectory(stack, "Users")

    pool_has(stack, {"AdminCreateUserConfig": {"AllowAdminCreateUserOnly": False}})


def test_only_who_administers_makes_users_where_that_is_wanted(stack: Stack) -> None:
    UserDirectory(
        stack,
        "Users",
        self_sign_up=False,
        invitation=cognito.UserInvitationConfig(
            email_subject="Welcome", email_body="You are {username}, for now by {####}."
        ),
    )

    pool_has(
        stack,
        {
            "AdminCreateUserConfig": {
                "AllowAdminCreateUserOnly": True,
                "InviteMessageTemplate": {
                    "EmailSubject": "Welcome",
                    "EmailMessage": "You are {username}, for now by {####}.",
                },
            }
        },
    )


@pytest.mark.parametrize(
    ("second_factor", "written", "kinds"),
    [
        (cognito.Mfa.REQUIRED, "ON", ["SOFTWARE_TOKEN_MFA"]),
        (cognito.Mfa.OFF, "OFF", Match.absent()),
    ],
)
def test_a_second_factor_may_be_a_must_or_not_offered(
    stack: Stack, second_factor: cognito.Mfa, written: str, kinds: Any
) -> None:
    UserDirectory(stack, "Users", second_factor=second_factor)

    pool_has(stack, {"MfaConfiguration": written, "EnabledMfas": kinds})


def test_what_else_is_known_of_users_is_shown_and_not_theirs_to_change(stack: Stack) -> None:
    UserDirectory(
        stack, "Users", custom_attributes={"tenant": cognito.StringAttribute(mutable=True)}
    )

    pool_has(
        stack,
        {
            "Schema": Match.array_with(
                [{"Name": "tenant", "AttributeDataType": "String", "Mutable": True}]
            )
        },
    )
    client_has(
        stack,
        {
            "WriteAttributes": ["email"],
            "ReadAttributes": Match.array_with(["custom:tenant", "email", "email_verified"]),
        },
    )


def test_a_directory_without_custom_attributes_says_nothing_of_what_is_read(stack: Stack) -> None:
    UserDirectory(stack, "Users")

    client_has(stack, {"ReadAttributes": Match.absent()})


def test_users_change_what_they_are_told_they_may(stack: Stack) -> None:
    UserDirectory(
        stack,
        "Users",
        custom_attributes={"team": cognito.StringAttribute(mutable=True)},
        writable_attributes=["name", "custom:team"],
    )

    client_has(stack, {"WriteAttributes": ["custom:team", "email", "name"]})


@pytest.mark.parametrize("name", ["email_verified", "custom:tenant", "sub", "nonsense"])
def test_what_no_user_could_change_is_refused(stack: Stack, name: str) -> None:
    with pytest.raises(ValueError, match=rf"writable_attributes must be.* got \['{name}'\] \(at"):
        UserDirectory(stack, "Users", writable_attributes=[name])


@pytest.mark.parametrize("name", ["custom:tenant", "", "x" * 21])
def test_a_custom_attribute_that_cognito_refuses_is_refused(stack: Stack, name: str) -> None:
    with pytest.raises(ValueError, match=rf"stand without 'custom:'.* got '{name}' \(at Test/U"):
        UserDirectory(stack, "Users", custom_attributes={name: cognito.StringAttribute()})


def test_more_custom_attributes_than_cognito_takes_are_refused(stack: Stack) -> None:
    attributes = {f"a{number}": cognito.StringAttribute() for number in range(51)}

    with pytest.raises(ValueError, match=r"must be at most 50, got 51 \(at Test/Users\)"):
        UserDirectory(stack, "Users", custom_attributes=attributes)


def test_a_domain_without_sign_in_pages_leaves_the_website_as_it_is(stack: Stack) -> None:
    users = UserDirectory(stack, "Users", domain_prefix="example-orders")

    Template.from_stack(stack).has_resource_properties(
        "AWS::Cognito::UserPoolDomain", {"Domain": "example-orders"}
    )
    assert users.domain is not None
    client_has(stack, {"AllowedOAuthFlows": Match.absent()})


def test_two_domains_are_refused(stack: Stack) -> None:
    pages = HostedSignIn(domain_prefix="one", return_urls=["https://www.example.org/"])

    with pytest.raises(ValueError, match=r"left out with hosted, whose .*'one', got 'two' \(at"):
        UserDirectory(stack, "Users", hosted=pages, domain_prefix="two")


def test_a_domain_that_cognito_refuses_is_refused(stack: Stack) -> None:
    with pytest.raises(ValueError, match=r"got 'my-aws' \(at Test/Users\)"):
        UserDirectory(stack, "Users", domain_prefix="my-aws")


def test_a_trigger_may_be_in_any_language_and_of_elsewhere(
    stack: Stack, plain: lambda_.Function, imported: lambda_.IFunction
) -> None:
    users = UserDirectory(stack, "Users")

    users.on(cognito.UserPoolOperation.PRE_SIGN_UP, plain)
    users.on(cognito.UserPoolOperation.POST_CONFIRMATION, imported)
    users.grant_to_trigger(imported, "cognito-idp:AdminAddUserToGroup")

    pool_has(
        stack,
        {
            "LambdaConfig": {
                "PreSignUp": stack.resolve(plain.function_arn),
                "PostConfirmation": imported.function_arn,
            }
        },
    )
    Template.from_stack(stack).has_resource_properties("AWS::IAM::Policy", {"Roles": ["theirs"]})


def test_a_plain_trigger_that_outlasts_cognitos_patience_is_refused(stack: Stack) -> None:
    slow = lambda_.Function(
        stack,
        "Slow",
        runtime=lambda_.Runtime.NODEJS_22_X,
        handler="index.handler",
        code=lambda_.Code.from_inline("exports.handler = async (event) => event"),
        timeout=Duration.seconds(6),
    )

    with pytest.raises(ValueError, match=r"at most 5 seconds, got 6 seconds \(at Test/Slow\)"):
        UserDirectory(stack, "Users").on(cognito.UserPoolOperation.PRE_SIGN_UP, slow)


def test_a_trigger_without_a_role_cannot_be_allowed_anything(stack: Stack) -> None:
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:theirs"
    bare = lambda_.Function.from_function_arn(stack, "Bare", arn)

    with pytest.raises(
        ValueError, match=re.escape("(…, role=…), got Test/Bare without (at Test/U")
    ):
        UserDirectory(stack, "Users").grant_to_trigger(bare, "cognito-idp:ListUsers")
