import pytest
from aws_cdk import Duration, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_lambda as lambda_
from aws_cdk.assertions import Template

from constructs_lib.blocks import FailureChain, StreamConsumer
from constructs_lib.primitives import PythonFunction, Table
from tests.unit.constructs_lib.blocks.function_of import environment, may


def test_a_tables_changes_are_consumed_until_they_succeed_or_are_parked(
    stack: Stack, failures: FailureChain, function: PythonFunction
) -> None:
    table = Table(
        stack,
        "Orders",
        partition_key="id",
        stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
    )

    StreamConsumer(
        stack,
        "Shipping",
        source=table,
        function=function,
        failures=failures,
        filters=[lambda_.FilterCriteria.filter({"eventName": ["INSERT"]})],
        patience=Duration.minutes(1),
    )

    topic = stack.resolve(failures.topic.topic_arn)
    Template.from_stack(stack).has_resource_properties(
        "AWS::Lambda::EventSourceMapping",
        {
            "EventSourceArn": stack.resolve(table.table_stream_arn),
            "StartingPosition": "TRIM_HORIZON",
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "BisectBatchOnFunctionError": True,
            "MaximumRecordAgeInSeconds": 6 * 3600,
            "FilterCriteria": {"Filters": [{"Pattern": '{"eventName":["INSERT"]}'}]},
            "DestinationConfig": {"OnFailure": {"Destination": topic}},
        },
    )
    assert environment(stack)["PATIENCE_SECONDS"] == "60"
    assert environment(stack)["FAILURE_TOPIC_ARN"] == topic
    may(stack, "sns:Publish", topic)


def test_a_kinesis_stream_is_consumed_by_the_same_block(
    stack: Stack, failures: FailureChain, function: PythonFunction
) -> None:
    stream = kinesis.Stream(stack, "Stream")

    StreamConsumer(stack, "Shipping", source=stream, function=function, failures=failures)

    Template.from_stack(stack).has_resource_properties(
        "AWS::Lambda::EventSourceMapping",
        {
            "EventSourceArn": stack.resolve(stream.stream_arn),
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
        },
    )


def test_a_patience_beyond_lambdas_own_is_refused(
    stack: Stack, failures: FailureChain, function: PythonFunction
) -> None:
    table = Table(stack, "Orders", partition_key="id", stream=dynamodb.StreamViewType.NEW_IMAGE)

    with pytest.raises(ValueError, match="patience must be less than 6 hours, got 6 hours"):
        StreamConsumer(
            stack,
            "Shipping",
            source=table,
            function=function,
            failures=failures,
            patience=Duration.hours(6),
        )
