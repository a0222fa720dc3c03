"""Grants say who sends and which secret, and no more."""

from typing import Any

import pytest
from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_ses as ses
from aws_cdk import aws_ssm as ssm
from aws_cdk.assertions import Template

from constructs_lib.grants import RAW_MAIL, grant_invoke, grant_read_parameter, grant_send_mail


@pytest.fixture
def role(stack: Stack) -> iam.Role:
    return iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))


def allowed(stack: Stack) -> dict[str, Any]:
    (policy,) = Template.from_stack(stack).find_resources("AWS::IAM::Policy").values()
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    found: dict[str, Any] = statement
    return found


@pytest.mark.parametrize(
    ("options", "actions"),
    [({}, "ses:SendEmail"), ({"actions": RAW_MAIL}, ["ses:SendEmail", "ses:SendRawEmail"])],
)
def test_mails_come_from_one_address_of_the_identity(
    stack: Stack, role: iam.Role, options: Any, actions: object
) -> None:
    sender = ses.EmailIdentity(stack, "Sender", identity=ses.Identity.domain("shop.example"))

    grant_send_mail(sender, role, address="orders@shop.example", **options).assert_success()

    assert allowed(stack) == {
        "Effect": "Allow",
        "Action": actions,
        "Resource": stack.resolve(sender.email_identity_arn),
        "Condition": {"StringEquals": {"ses:FromAddress": "orders@shop.example"}},
    }


def test_a_parameter_is_read_and_nothing_is_told_about_it(stack: Stack, role: iam.Role) -> None:
    secret = ssm.StringParameter.from_secure_string_parameter_attributes(
        stack, "Secret", parameter_name="/shop/key"
    )

    grant_read_parameter(secret, role).assert_success()

    assert allowed(stack) == {
        "Effect": "Allow",
        "Action": "ssm:GetParameter",
        "Resource": stack.resolve(secret.parameter_arn),
    }


def test_a_function_is_invoked_as_it_is_now(stack: Stack, role: iam.Role) -> None:
    asked = lambda_.Function(
        stack,
        "Asked",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_inline("def handler(event, context): ..."),
    )

    grant_invoke(asked, role).assert_success()

    assert allowed(stack) == {
        "Effect": "Allow",
        "Action": "lambda:InvokeFunction",
        "Resource": stack.resolve(asked.function_arn),
    }
