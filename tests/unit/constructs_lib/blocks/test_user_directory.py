from aws_cdk import RemovalPolicy, Stack
from aws_cdk.assertions import Match, Template

from constructs_lib.blocks import UserDirectory


def test_users_sign_in_by_mail_address_and_are_kept(stack: Stack) -> None:
    UserDirectory(stack, "Users")

    Template.from_stack(stack).has_resource(
        "AWS::Cognito::UserPool",
        {
            "DeletionPolicy": "Retain",
            "Properties": {
                "UsernameAttributes": ["email"],
                "UsernameConfiguration": {"CaseSensitive": False},
                "DeletionProtection": "ACTIVE",
                "MfaConfiguration": "OPTIONAL",
            },
        },
    )


def test_the_website_proves_the_password_without_sending_it(stack: Stack) -> None:
    UserDirectory(stack, "Users")

    Template.from_stack(stack).has_resource_properties(
        "AWS::Cognito::UserPoolClient",
        {
            "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            "GenerateSecret": False,
            "PreventUserExistenceErrors": "ENABLED",
            "EnableTokenRevocation": True,
            "AllowedOAuthFlows": Match.absent(),
        },
    )


def test_a_stage_driven_by_scripts_takes_the_password_itself(stack: Stack) -> None:
    UserDirectory(stack, "Users", password_sign_in=True, removal_policy=RemovalPolicy.DESTROY)

    Template.from_stack(stack).has_resource_properties(
        "AWS::Cognito::UserPoolClient",
        {"ExplicitAuthFlows": Match.array_with(["ALLOW_USER_PASSWORD_AUTH"])},
    )


def test_groups_exist_from_the_start(stack: Stack) -> None:
    UserDirectory(stack, "Users", groups=["administrators", "customers"])

    template = Template.from_stack(stack)
    for group in ("administrators", "customers"):
        template.has_resource_properties("AWS::Cognito::UserPoolGroup", {"GroupName": group})
