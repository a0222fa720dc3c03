"""Whatever invokes a function asynchronously takes every kind of function that the CDK has."""

from collections.abc import Callable

import pytest
from aws_cdk import Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk.assertions import Match, Template

from constructs_lib.blocks import (
    BusinessApi,
    EventConsumer,
    FailureChain,
    IdempotencyTable,
    ScheduledTask,
    StreamConsumer,
)
from constructs_lib.primitives import Table

KINDS: dict[str, Callable[[lambda_.Function, lambda_.IFunction], lambda_.IFunction]] = {
    "another runtime": lambda plain, _: plain,
    "an alias": lambda plain, _: plain.add_alias("live"),
    "imported": lambda _, imported: imported,
}


@pytest.fixture(params=KINDS)
def any_function(
    request: pytest.FixtureRequest, plain: lambda_.Function, imported: lambda_.IFunction
) -> lambda_.IFunction:
    return KINDS[request.param](plain, imported)


def ends_in(stack: Stack, failures: FailureChain) -> None:
    Template.from_stack(stack).has_resource_properties(
        "AWS::Lambda::EventInvokeConfig",
        {
            "DestinationConfig": {
                "OnFailure": {"Destination": stack.resolve(failures.topic.topic_arn)}
            },
            "MaximumRetryAttempts": 2,
            "MaximumEventAgeInSeconds": 3600,
        },
    )


def test_behind_a_rule(
    stack: Stack, failures: FailureChain, any_function: lambda_.IFunction
) -> None:
    EventConsumer(
        stack,
        "On",
        bus=events.EventBus.from_event_bus_name(stack, "Bus", "default"),
        pattern=events.EventPattern(source=["aws.s3"]),
        function=any_function,
        failures=failures,
    )

    ends_in(stack, failures)


def test_behind_a_schedule(
    stack: Stack, failures: FailureChain, any_function: lambda_.IFunction
) -> None:
    ScheduledTask(
        stack,
        "Nightly",
        function=any_function,
        failures=failures,
        at=scheduler.ScheduleExpression.cron(hour="2", minute="0"),
    )

    ends_in(stack, failures)


def test_behind_a_route(stack: Stack, any_function: lambda_.IFunction) -> None:
    BusinessApi(stack, "Api", allow_origins=["https://a.example"]).route("GET /", any_function)

    Template.from_stack(stack).has_resource_properties(
        "AWS::ApiGatewayV2::Integration",
        {"IntegrationUri": Match.any_value(), "PayloadFormatVersion": "2.0"},
    )


def test_what_is_remembered_is_for_functions_whose_module_is_known(
    stack: Stack, failures: FailureChain, any_function: lambda_.IFunction
) -> None:
    with pytest.raises(ValueError, match=r"for a PythonFunction.*got Test/.* leave once out"):
        EventConsumer(
            stack,
            "On",
            bus=events.EventBus.from_event_bus_name(stack, "Bus", "default"),
            pattern=events.EventPattern(source=["aws.s3"]),
            function=any_function,
            failures=failures,
            once=IdempotencyTable(stack, "Once"),
        )


def test_an_imported_function_comes_with_its_role(stack: Stack, failures: FailureChain) -> None:
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:theirs"
    table = Table(stack, "Orders", partition_key="id", stream=dynamodb.StreamViewType.NEW_IMAGE)

    with pytest.raises(ValueError, match=r"with its role.*got Test/Bare without \(at Test/On\)"):
        StreamConsumer(
            stack,
            "On",
            source=table,
            function=lambda_.Function.from_function_arn(stack, "Bare", arn),
            failures=failures,
        )
