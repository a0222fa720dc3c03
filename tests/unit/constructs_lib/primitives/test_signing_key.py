"""A signing key: made by Secrets Manager, read by whom it was given to."""

import json

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk.assertions import Match, Template

from constructs_lib.primitives import SigningKey


def a_function(stack: Stack) -> lambda_.Function:
    return lambda_.Function(
        stack,
        "List",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_inline("def handler(event, context): ..."),
    )


def test_nobody_has_seen_it(stack: Stack) -> None:
    SigningKey(stack, "Key", signs="tickets")

    template = Template.from_stack(stack)
    template.has_resource(
        "AWS::SecretsManager::Secret",
        {
            "Properties": {
                "Description": "Signs tickets",
                "GenerateSecretString": {"PasswordLength": 64, "ExcludePunctuation": True},
            },
            "DeletionPolicy": "Delete",
        },
    )
    assert "SecretString" not in json.dumps(template.to_json()).replace("GenerateSecretString", "")


def test_who_was_given_it_may_read_it_and_knows_where(stack: Stack) -> None:
    key = SigningKey(stack, "Key", signs="tickets")

    key.let_sign(a_function(stack))

    arn = stack.resolve(key.secret_arn)
    template = Template.from_stack(stack)
    template.has_resource_properties(
        "AWS::Lambda::Function", {"Environment": {"Variables": {"SIGNING_KEY_ARN": arn}}}
    )
    read = {"Action": "secretsmanager:GetSecretValue", "Effect": "Allow", "Resource": arn}
    template.has_resource_properties(
        "AWS::IAM::Policy", {"PolicyDocument": Match.object_like({"Statement": [read]})}
    )


def test_it_goes_with_its_stack_unless_what_it_signs_shall_last(stack: Stack) -> None:
    SigningKey(stack, "Pages", signs="pages")
    SigningKey(stack, "Links", signs="links", removal_policy=RemovalPolicy.RETAIN)

    secrets = Template.from_stack(stack).find_resources("AWS::SecretsManager::Secret")
    assert [secret["DeletionPolicy"] for secret in secrets.values()] == ["Delete", "Retain"]
