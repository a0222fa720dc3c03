from typing import Any

import pytest
from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk.assertions import Match, Template

from constructs_lib.defaults import Defaults
from constructs_lib.primitives import PythonFunction, PythonService, Stream


@pytest.fixture
def role(stack: Stack) -> iam.Role:
    return iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))


def statements(stack: Stack) -> list[dict[str, Any]]:
    (policy,) = Template.from_stack(stack).find_resources("AWS::IAM::Policy").values()
    found: list[dict[str, Any]] = policy["Properties"]["PolicyDocument"]["Statement"]
    return found


def test_a_stream_is_on_demand_and_encrypted_and_keeps_a_day(stack: Stack) -> None:
    Stream(stack, "Clicks")

    template = Template.from_stack(stack)
    template.has_resource(
        "AWS::Kinesis::Stream",
        {
            "Properties": {
                "StreamModeDetails": {"StreamMode": "ON_DEMAND"},
                "StreamEncryption": {"EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"},
                "RetentionPeriodHours": 24,
                "ShardCount": Match.absent(),
            },
            "DeletionPolicy": "RetainExceptOnCreate",
        },
    )


def test_what_is_said_of_a_stream_counts_before_what_holds_for_all(stack: Stack) -> None:
    Defaults.of(stack).set(removal_policy=RemovalPolicy.RETAIN)

    Stream(stack, "Kept", retention=Duration.days(7))
    Stream(stack, "Gone", removal_policy=RemovalPolicy.DESTROY)

    template = Template.from_stack(stack)
    template.has_resource(
        "AWS::Kinesis::Stream",
        {"Properties": {"RetentionPeriodHours": 168}, "DeletionPolicy": "Retain"},
    )
    template.has_resource("AWS::Kinesis::Stream", {"DeletionPolicy": "Delete"})


@pytest.mark.parametrize("retention", [Duration.hours(23), Duration.days(366)])
def test_a_stream_refuses_a_retention_kinesis_would_refuse(
    stack: Stack, retention: Duration
) -> None:
    with pytest.raises(
        ValueError, match=r"retention must be between 1 day and 365 days, got .* \(at Test/Clicks\)"
    ):
        Stream(stack, "Clicks", retention=retention)


def test_who_puts_is_told_where_and_may_do_nothing_else(
    stack: Stack, service: PythonService
) -> None:
    function = PythonFunction(stack, "Take", service=service, entry="place_order")
    stream = Stream(stack, "Clicks")

    stream.let_put(function, variable="CLICKS_STREAM")

    Template.from_stack(stack).has_resource_properties(
        "AWS::Lambda::Function",
        {
            "Environment": {
                "Variables": Match.object_like({"CLICKS_STREAM": stack.resolve(stream.stream_name)})
            }
        },
    )
    (own,) = [each for each in statements(stack) if "kinesis" in str(each["Action"])]
    assert own["Action"] == ["kinesis:PutRecord", "kinesis:PutRecords"]
    assert own["Resource"] == stack.resolve(stream.stream_arn)


def test_who_puts_may_use_a_customers_key_to_encrypt(stack: Stack, role: iam.Role) -> None:
    key = kms.Key(stack, "Key")

    Stream(stack, "Clicks", encryption_key=key).grant_put(role)

    of_key = [each for each in statements(stack) if "kms" in str(each["Action"])]
    assert [each["Action"] for each in of_key] == ["kms:GenerateDataKey"]
    assert of_key[0]["Resource"] == stack.resolve(key.key_arn)
