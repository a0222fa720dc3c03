import re

import pytest
from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Match, Template

from constructs_lib.blocks import EventBus, FailureChain, IdempotencyTable
from constructs_lib.primitives import PythonFunction, PythonService
from tests.unit.constructs_lib.blocks.function_of import environment, may


def test_every_event_is_archived_for_thirty_days(stack: Stack) -> None:
    bus = EventBus(stack, "Bus")

    Template.from_stack(stack).has_resource_properties(
        "AWS::Events::Archive",
        {
            "SourceArn": stack.resolve(bus.bus.event_bus_arn),
            "EventPattern": {"account": [{"Ref": "AWS::AccountId"}]},
            "RetentionDays": 30,
        },
    )


def test_grant_publish_allows_putting_events_of_one_source_on_this_bus_and_nothing_else(
    stack: Stack,
) -> None:
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    bus = EventBus(stack, "Bus")

    bus.grant_publish(role, source="shop.orders").assert_success()

    Template.from_stack(stack).has_resource_properties(
        "AWS::IAM::Policy",
        {
            "PolicyDocument": {
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": "events:PutEvents",
                        "Resource": stack.resolve(bus.bus.event_bus_arn),
                        "Condition": {
                            "ForAllValues:StringEquals": {"events:source": "shop.orders"},
                            "Null": {"events:source": "false"},
                        },
                    }
                ]
            }
        },
    )


@pytest.mark.parametrize("source", ["", "aws.s3", "shop.*"])
def test_a_source_that_is_nobodys_or_somebody_elses_is_refused(stack: Stack, source: str) -> None:
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))

    with pytest.raises(ValueError, match=rf"source must .*got '{re.escape(source)}' \(at Test/Bus"):
        EventBus(stack, "Bus").grant_publish(role, source=source)


def test_it_refuses_a_retention_shorter_than_a_day(stack: Stack) -> None:
    with pytest.raises(ValueError, match="archive_retention must be at least 1 day, got 23 hours"):
        EventBus(stack, "Bus", archive_retention=Duration.hours(23))


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
    stack: Stack, failures: FailureChain, service: PythonService, rememberer: str
) -> None:
    function = PythonFunction(stack, "Ship", service=service, entry=rememberer)
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
