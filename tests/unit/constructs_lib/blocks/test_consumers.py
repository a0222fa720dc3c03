"""Consumers of buses, streams, queues and schedules: where events go that cannot be handled."""

from typing import Any

import pytest
from aws_cdk import Duration, Stack, TimeZone
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk.assertions import Match, Template

from constructs_lib.blocks import (
    EventBus,
    FailureChain,
    IdempotencyTable,
    QueueConsumer,
    ScheduledTask,
    StreamConsumer,
)
from constructs_lib.primitives import PythonFunction, PythonService, Queue, Table


@pytest.fixture
def failures(stack: Stack) -> FailureChain:
    return FailureChain(stack, "Failures")


@pytest.fixture
def function(stack: Stack, service: PythonService) -> PythonFunction:
    return PythonFunction(stack, "Ship", service=service, entry="place_order")


def environment(stack: Stack) -> dict[str, Any]:
    (resource,) = Template.from_stack(stack).find_resources("AWS::Lambda::Function").values()
    variables: dict[str, Any] = resource["Properties"]["Environment"]["Variables"]
    return variables


def may(stack: Stack, action: str, resource: object) -> None:
    Template.from_stack(stack).has_resource_properties(
        "AWS::IAM::Policy",
        {
            "PolicyDocument": {
                "Statement": Match.array_with(
                    [Match.object_like({"Action": action, "Resource": resource})]
                )
            }
        },
    )


def test_a_subscriber_gets_events_by_name_and_loses_none_in_delivery_or_execution(
    stack: Stack, failures: FailureChain, function: PythonFunction
) -> None:
    bus = EventBus(stack, "Bus")

    bus.subscribe(
        stack,
        "OnPlaced",
        source="shop.orders",
        detail_types=["OrderPlaced"],
        function=function,
        failures=failures,
    )

    template = Template.from_stack(stack)
    template.has_resource_properties(
        "AWS::Events::Rule",
        {
            "EventBusName": stack.resolve(bus.bus.event_bus_name),
            "EventPattern": {"source": ["shop.orders"], "detail-type": ["OrderPlaced"]},
            "Targets": [
                Match.object_like(
                    {
                        "Arn": stack.resolve(function.function_arn),
                        "DeadLetterConfig": {"Arn": stack.resolve(failures.queue.queue_arn)},
                        "RetryPolicy": {"MaximumEventAgeInSeconds": 3600},
                    }
                )
            ],
        },
    )
    topic = stack.resolve(failures.topic.topic_arn)
    template.has_resource_properties(
        "AWS::Lambda::EventInvokeConfig",
        {
            "DestinationConfig": {"OnFailure": {"Destination": topic}},
            "MaximumRetryAttempts": 2,
            "MaximumEventAgeInSeconds": 3600,
        },
    )
    may(stack, "sns:Publish", topic)


def test_a_subscriber_decides_how_long_and_how_often_it_is_tried(
    stack: Stack, failures: FailureChain, function: PythonFunction
) -> None:
    EventBus(stack, "Bus").subscribe(
        stack,
        "On",
        source="shop",
        detail_types=["A"],
        function=function,
        failures=failures,
        retry_attempts=0,
        max_event_age=Duration.minutes(5),
    )

    template = Template.from_stack(stack)
    template.has_resource_properties(
        "AWS::Lambda::EventInvokeConfig",
        {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 300},
    )
    template.has_resource_properties(
        "AWS::Events::Rule",
        {"Targets": [Match.object_like({"RetryPolicy": {"MaximumEventAgeInSeconds": 300}})]},
    )


def test_a_subscriber_remembers_what_it_has_handled(
    stack: Stack, failures: FailureChain, function: PythonFunction
) -> None:
    once = IdempotencyTable(stack, "Once")

    EventBus(stack, "Bus").subscribe(
        stack,
        "On",
        source="shop",
        detail_types=["A"],
        function=function,
        failures=failures,
        once=once,
    )

    assert environment(stack)["IDEMPOTENCY_TABLE"] == stack.resolve(once.table_name)
    Template.from_stack(stack).has_resource_properties(
        "AWS::DynamoDB::GlobalTable",
        {
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "TimeToLiveSpecification": {"AttributeName": "expiration", "Enabled": True},
        },
    )


def test_a_subscription_to_everything_is_refused(
    stack: Stack, failures: FailureChain, function: PythonFunction
) -> None:
    with pytest.raises(ValueError, match=r"detail_types must name an event at least \(at Test/On"):
        EventBus(stack, "Bus").subscribe(
            stack, "On", source="shop", detail_types=[], function=function, failures=failures
        )


def test_a_subscription_to_whoever_publishes_is_refused(
    stack: Stack, failures: FailureChain, function: PythonFunction
) -> None:
    with pytest.raises(ValueError, match=r"source must name one service, .*got '' \(at Test/On"):
        EventBus(stack, "Bus").subscribe(
            stack, "On", source="", detail_types=["A"], function=function, failures=failures
        )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"retry_attempts": 3}, "retry_attempts must be between 0 and 2, got 3"),
        ({"max_event_age": Duration.hours(7)}, "max_event_age must be between 1 minute and 6 ho"),
    ],
)
def test_retries_that_lambda_would_refuse_are_refused(
    failures: FailureChain, function: PythonFunction, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        function.send_failures_to(failures.destination(), **arguments)


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


def test_a_queue_is_worked_off_message_by_message(
    stack: Stack, failures: FailureChain, function: PythonFunction
) -> None:
    queue = Queue(
        stack,
        "Work",
        visibility_timeout=Duration.minutes(1),
        dead_letter_queue=failures.dead_letter_queue(),
    )

    QueueConsumer(
        stack, "Working", queue=queue, function=function, failures=failures, max_concurrency=5
    )

    Template.from_stack(stack).has_resource_properties(
        "AWS::Lambda::EventSourceMapping",
        {
            "EventSourceArn": stack.resolve(queue.queue_arn),
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "ScalingConfig": {"MaximumConcurrency": 5},
        },
    )
    assert environment(stack)["PATIENCE_SECONDS"] == "300"


def test_a_message_that_is_never_done_is_moved_to_the_failure_chain(
    stack: Stack, failures: FailureChain
) -> None:
    Queue(stack, "Work", dead_letter_queue=failures.dead_letter_queue())

    Template.from_stack(stack).has_resource_properties(
        "AWS::SQS::Queue",
        {
            "RedrivePolicy": {
                "deadLetterTargetArn": stack.resolve(failures.queue.queue_arn),
                "maxReceiveCount": 5,
            }
        },
    )


def test_a_queue_that_would_lose_what_is_never_done_is_refused(
    stack: Stack, failures: FailureChain, function: PythonFunction
) -> None:
    with pytest.raises(ValueError, match=r"dead_letter_queue\(\), got Test/Work without one"):
        QueueConsumer(
            stack, "Working", queue=Queue(stack, "Work"), function=function, failures=failures
        )


def test_a_task_runs_at_a_time_of_its_own_zone_within_a_window(
    stack: Stack, failures: FailureChain, function: PythonFunction
) -> None:
    ScheduledTask(
        stack,
        "Nightly",
        function=function,
        failures=failures,
        at=scheduler.ScheduleExpression.cron(
            hour="2", minute="0", time_zone=TimeZone.of("Europe/London")
        ),
    )

    template = Template.from_stack(stack)
    template.has_resource_properties(
        "AWS::Scheduler::Schedule",
        {
            "ScheduleExpression": "cron(0 2 * * ? *)",
            "ScheduleExpressionTimezone": "Europe/London",
            "FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15},
            "Target": Match.object_like(
                {"DeadLetterConfig": {"Arn": stack.resolve(failures.queue.queue_arn)}}
            ),
        },
    )
    template.has_resource_properties(
        "AWS::Lambda::EventInvokeConfig",
        {"DestinationConfig": {"OnFailure": Match.any_value()}},
    )


def test_a_function_may_reserve_its_concurrency_and_load_packages_of_its_own(
    stack: Stack, service: PythonService
) -> None:
    layer = lambda_.LayerVersion.from_layer_version_arn(
        stack, "Pdf", "arn:aws:lambda:eu-west-2:123456789012:layer:pdf:1"
    )

    PythonFunction(
        stack,
        "Ship",
        service=service,
        entry="place_order",
        layers=[layer],
        reserved_concurrent_executions=3,
    )

    Template.from_stack(stack).has_resource_properties(
        "AWS::Lambda::Function",
        {"ReservedConcurrentExecutions": 3, "Layers": [layer.layer_version_arn]},
    )
