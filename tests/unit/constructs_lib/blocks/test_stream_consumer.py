from typing import Any

import pytest
from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_lambda as lambda_
from aws_cdk.assertions import Match, Template

from constructs_lib.blocks import FailureChain, StreamConsumer
from constructs_lib.defaults import Defaults
from constructs_lib.primitives import PythonFunction, Table
from tests.unit.constructs_lib.blocks.function_of import environment, may

ACCOUNT = "eu-west-1:123456789012"
MAPPING = "AWS::Lambda::EventSourceMapping"


@pytest.fixture
def table(stack: Stack) -> Table:
    return Table(
        stack, "Orders", partition_key="id", stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES
    )


def test_a_tables_changes_are_consumed_until_they_succeed_or_are_parked(
    stack: Stack, failures: FailureChain, function: PythonFunction, table: Table
) -> None:
    StreamConsumer(
        stack,
        "Shipping",
        source=table,
        function=function,
        failures=failures,
        filters=[lambda_.FilterCriteria.filter({"eventName": ["INSERT"]})],
        parks_after=Duration.minutes(1),
    )

    topic = stack.resolve(failures.topic.topic_arn)
    Template.from_stack(stack).has_resource_properties(
        MAPPING,
        {
            "EventSourceArn": stack.resolve(table.table_stream_arn),
            "StartingPosition": "TRIM_HORIZON",
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "BisectBatchOnFunctionError": True,
            "MaximumRetryAttempts": 10_000,
            "MaximumRecordAgeInSeconds": 6 * 3600,
            "FilterCriteria": {"Filters": [{"Pattern": '{"eventName":["INSERT"]}'}]},
            "DestinationConfig": {"OnFailure": {"Destination": topic}},
        },
    )
    assert environment(stack)["PATIENCE_SECONDS"] == "60"
    assert environment(stack)["FAILURE_TOPIC_ARN"] == topic
    may(stack, "sns:Publish", topic)


def test_a_plain_functions_retries_are_bounded_and_end_in_the_failure_chain(
    stack: Stack, failures: FailureChain, plain: lambda_.Function, table: Table
) -> None:
    StreamConsumer(stack, "Shipping", source=table, function=plain, failures=failures)

    template = Template.from_stack(stack)
    template.has_resource_properties(
        MAPPING,
        {
            "MaximumRetryAttempts": 10,
            "MaximumRecordAgeInSeconds": 6 * 3600,
            "BisectBatchOnFunctionError": True,
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "DestinationConfig": {
                "OnFailure": {"Destination": stack.resolve(failures.topic.topic_arn)}
            },
        },
    )
    template.has_resource_properties("AWS::Lambda::Function", {"Environment": Match.absent()})


def test_every_kind_of_table_and_stream_is_consumed_by_the_same_block(
    stack: Stack, failures: FailureChain, plain: lambda_.Function
) -> None:
    stream_of_table = f"arn:aws:dynamodb:{ACCOUNT}:table/theirs/stream/2030"
    sources: list[dynamodb.ITable | kinesis.IStream] = [
        kinesis.Stream(stack, "Stream"),
        kinesis.Stream.from_stream_arn(stack, "S", f"arn:aws:kinesis:{ACCOUNT}:stream/theirs"),
        dynamodb.Table.from_table_attributes(
            stack,
            "T",
            table_arn=f"arn:aws:dynamodb:{ACCOUNT}:table/theirs",
            table_stream_arn=stream_of_table,
        ),
        dynamodb.TableV2(
            stack,
            "V2",
            partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
            dynamo_stream=dynamodb.StreamViewType.NEW_IMAGE,
        ),
    ]

    for number, source in enumerate(sources):
        StreamConsumer(stack, f"Shipping{number}", source=source, function=plain, failures=failures)

    mappings = Template.from_stack(stack).find_resources(MAPPING).values()
    found = [mapping["Properties"]["EventSourceArn"] for mapping in mappings]
    assert len(found) == len(sources)
    assert stream_of_table in found
    assert any("stream/theirs" in str(arn) for arn in found)


def test_a_table_without_a_stream_is_refused(
    stack: Stack, failures: FailureChain, plain: lambda_.Function
) -> None:
    theirs = dynamodb.Table.from_table_name(stack, "Theirs", "theirs")

    for source in (Table(stack, "Still", partition_key="id"), theirs):
        with pytest.raises(ValueError, match=rf"got {source.node.path} without one \(at Test/S"):
            StreamConsumer(
                stack, f"S{source.node.id}", source=source, function=plain, failures=failures
            )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"parks_after": Duration.hours(6)}, "parks_after must be less than 6 hours.*got 6 hours"),
        ({"retry_attempts": -1}, "retry_attempts must be between 0 and 10,000.*got -1"),
        ({"max_record_age": Duration.days(8)}, "max_record_age must be between 1.*got 8 days"),
    ],
)
def test_a_record_that_would_be_tried_for_ever_is_refused(
    stack: Stack,
    failures: FailureChain,
    plain: lambda_.Function,
    table: Table,
    arguments: dict[str, Any],
    message: str,
) -> None:
    with pytest.raises(ValueError, match=rf"{message} \(at Test/Shipping\)"):
        StreamConsumer(
            stack, "Shipping", source=table, function=plain, failures=failures, **arguments
        )


@pytest.mark.parametrize(
    ("oldest", "milliseconds"), [({}, 1_800_000), ({"max_record_age": Duration.minutes(2)}, 60_000)]
)
def test_people_are_told_when_records_wait(
    stack: Stack,
    failures: FailureChain,
    plain: lambda_.Function,
    table: Table,
    oldest: dict[str, Any],
    milliseconds: int,
) -> None:
    told: list[cloudwatch.AlarmBase] = []

    class Watcher:
        def watch(self, *alarms: cloudwatch.AlarmBase) -> None:
            told.extend(alarms)

    Defaults.of(stack).set(alarm_topic=Watcher())

    consumer = StreamConsumer(
        stack, "Shipping", source=table, function=plain, failures=failures, **oldest
    )

    assert told == [consumer.alarm]
    Template.from_stack(stack).has_resource_properties(
        "AWS::CloudWatch::Alarm",
        {
            "MetricName": "IteratorAge",
            "Statistic": "Maximum",
            "Threshold": milliseconds,
            "Dimensions": [{"Name": "FunctionName", "Value": stack.resolve(plain.function_name)}],
            "TreatMissingData": "notBreaching",
        },
    )
