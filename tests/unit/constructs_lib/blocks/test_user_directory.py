import pytest
from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_cognito as cognito
from aws_cdk.assertions import Match, Template

from constructs_lib.blocks import UserDirectory
from constructs_lib.primitives import PythonFunction, PythonService


def test_users_sign_in_by_mail_address_and_are_kept(stack: Stack) -> None:
    UserDirectory(stack, "Users")

    Template.from_stack(stack).has_resource(
        "AWS::Cognito::UserPool",
        {
            "DeletionPolicy": "RetainExceptOnCreate",
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


def test_tokens_are_good_for_a_quarter_of_an_hour_unless_said_otherwise(stack: Stack) -> None:
    UserDirectory(stack, "Users")
    UserDirectory(stack, "Others", token_validity=Duration.hours(1))

    template = Template.from_stack(stack)
    for minutes in (15, 60):
        template.has_resource_properties(
            "AWS::Cognito::UserPoolClient",
            {
                "IdTokenValidity": minutes,
                "AccessTokenValidity": minutes,
                "TokenValidityUnits": {"IdToken": "minutes", "AccessToken": "minutes"},
            },
        )


@pytest.mark.parametrize("validity", [Duration.minutes(4), Duration.hours(25)])
def test_a_validity_that_cognito_refuses_is_refused_at_synth(
    stack: Stack, validity: Duration
) -> None:
    with pytest.raises(ValueError, match="token_validity must be between 5 minutes and 1 day, got"):
        UserDirectory(stack, "Users", token_validity=validity)


def test_users_write_no_attribute_of_theirs_but_the_mail_address(stack: Stack) -> None:
    UserDirectory(stack, "Users")

    Template.from_stack(stack).has_resource_properties(
        "AWS::Cognito::UserPoolClient", {"WriteAttributes": ["email"]}
    )


def test_a_new_mail_address_counts_only_once_it_is_confirmed(stack: Stack) -> None:
    UserDirectory(stack, "Users")

    Template.from_stack(stack).has_resource_properties(
        "AWS::Cognito::UserPool",
        {
            "AutoVerifiedAttributes": ["email"],
            "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]},
            "AccountRecoverySetting": {
                "RecoveryMechanisms": [{"Name": "verified_email", "Priority": 1}]
            },
        },
    )


def test_threat_protection_is_a_choice_with_its_plan(stack: Stack) -> None:
    UserDirectory(stack, "Users")
    UserDirectory(
        stack,
        "Watched",
        threat_protection=cognito.StandardThreatProtectionMode.FULL_FUNCTION,
    )

    template = Template.from_stack(stack)
    for mode, plan in (("OFF", "LITE"), ("ENFORCED", "PLUS")):
        template.has_resource_properties(
            "AWS::Cognito::UserPool",
            {"UserPoolAddOns": {"AdvancedSecurityMode": mode}, "UserPoolTier": plan},
        )


def test_a_trigger_is_called_by_the_pool_and_may_be(stack: Stack, service: PythonService) -> None:
    users = UserDirectory(stack, "Users")
    check = PythonFunction(
        stack, "Check", service=service, entry="place_order", timeout=Duration.seconds(5)
    )

    users.on(cognito.UserPoolOperation.PRE_SIGN_UP, check)

    template = Template.from_stack(stack)
    arn = stack.resolve(check.function_arn)
    template.has_resource_properties("AWS::Cognito::UserPool", {"LambdaConfig": {"PreSignUp": arn}})
    template.has_resource_properties(
        "AWS::Lambda::Permission",
        {
            "FunctionName": arn,
            "Principal": "cognito-idp.amazonaws.com",
            "SourceArn": stack.resolve(users.pool.user_pool_arn),
        },
    )


def test_a_trigger_may_act_on_the_pool_that_calls_it_without_a_circle(
    stack: Stack, service: PythonService
) -> None:
    users = UserDirectory(stack, "Users")
    greet = PythonFunction(
        stack, "Greet", service=service, entry="place_order", timeout=Duration.seconds(5)
    )
    users.on(cognito.UserPoolOperation.POST_CONFIRMATION, greet)

    users.grant_to_trigger(greet, "cognito-idp:AdminAddUserToGroup")

    template = Template.from_stack(stack)  # refuses a circle of dependencies
    template.has_resource_properties(
        "AWS::IAM::Policy",
        {
            "PolicyDocument": {
                "Statement": [
                    {
                        "Action": "cognito-idp:AdminAddUserToGroup",
                        "Effect": "Allow",
                        "Resource": stack.resolve(users.pool.user_pool_arn),
                    }
                ]
            }
        },
    )


def test_a_trigger_that_outlasts_cognitos_patience_is_refused(
    stack: Stack, service: PythonService
) -> None:
    users = UserDirectory(stack, "Users")
    slow = PythonFunction(stack, "Slow", service=service, entry="place_order")

    with pytest.raises(ValueError, match="must be at most 5 seconds, got 10 seconds"):
        users.on(cognito.UserPoolOperation.POST_CONFIRMATION, slow)
