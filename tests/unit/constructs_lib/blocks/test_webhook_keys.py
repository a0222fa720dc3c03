"""Who takes webhooks may read the keys and remember signatures, and nothing else."""

from aws_cdk import Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_ssm as ssm
from aws_cdk.assertions import Template

from constructs_lib.blocks import WebhookKeys
from tests.unit.constructs_lib.blocks.function_of import environment, may


def keys(stack: Stack) -> ssm.IStringParameter:
    return ssm.StringParameter.from_secure_string_parameter_attributes(
        stack, "Keys", parameter_name="/shop/webhook-keys"
    )


def test_a_function_finds_keys_and_table_and_may_use_them(
    stack: Stack, plain: lambda_.Function
) -> None:
    parameter = keys(stack)
    webhooks = WebhookKeys(stack, "Webhooks", parameter=parameter)

    webhooks.let_verify(plain)

    assert environment(stack) == {
        "REPLAYS_TABLE": stack.resolve(webhooks.replays.table_name),
        "WEBHOOK_KEYS_PARAMETER": "/shop/webhook-keys",
    }
    may(stack, "ssm:GetParameter", stack.resolve(parameter.parameter_arn))
    may(
        stack,
        ["dynamodb:DeleteItem", "dynamodb:PutItem"],
        stack.resolve(webhooks.replays.table_arn),
    )


def test_a_customers_key_is_allowed_too(stack: Stack, plain: lambda_.Function) -> None:
    key = kms.Key(stack, "Key")

    WebhookKeys(stack, "Webhooks", parameter=keys(stack), encryption_key=key).let_verify(plain)

    may(stack, "kms:Decrypt", stack.resolve(key.key_arn))


def test_signatures_are_forgotten_when_their_time_is_over(stack: Stack) -> None:
    WebhookKeys(stack, "Webhooks", parameter=keys(stack))

    Template.from_stack(stack).has_resource_properties(
        "AWS::DynamoDB::GlobalTable",
        {"TimeToLiveSpecification": {"AttributeName": "expiresAt", "Enabled": True}},
    )
