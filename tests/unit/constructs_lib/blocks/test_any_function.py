"""Whatever invokes a function asynchronously takes every kind of function that the CDK has."""

from collections.abc import Callable
from typing import Any

import pytest
from aws_cdk import Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk.assertions import Match, Template

from constructs_lib.blocks import (
    PUBLIC,
    BusinessApi,
    EventConsumer,
    FailureChain,
    IdempotencyTable,
    ScheduledTask,
    StreamConsumer,
)
from constructs_lib.primitives import PythonFunction, Table

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
    api = BusinessApi(stack, "Api", allow_origins=["https://a.example"])

    api.route("GET /", any_function, authorizer=PUBLIC)

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


def listen(stack: Stack, id_: str, function: lambda_.IFunction, **settings: Any) -> None:
    EventConsumer(
        stack,
        id_,
        bus=events.EventBus.from_event_bus_name(stack, f"{id_}Bus", "default"),
        pattern=events.EventPattern(source=["aws.s3"]),
        function=function,
        **settings,
    )


def run_nightly(stack: Stack, function: lambda_.IFunction, failures: FailureChain) -> None:
    ScheduledTask(
        stack,
        "Nightly",
        function=function,
        failures=failures,
        at=scheduler.ScheduleExpression.cron(hour="2", minute="0"),
    )


def test_two_rules_and_a_schedule_may_share_the_setting_of_a_function(
    stack: Stack, failures: FailureChain, function: PythonFunction, any_function: lambda_.IFunction
) -> None:
    for shared in (function, any_function):
        listen(stack, f"{shared.node.id}One", shared, failures=failures)
        listen(stack, f"{shared.node.id}Two", shared, failures=failures)
    run_nightly(stack, any_function, failures)

    ends_in(stack, failures)


def test_settings_that_would_overwrite_each_other_are_refused(
    stack: Stack, failures: FailureChain, function: PythonFunction, any_function: lambda_.IFunction
) -> None:
    for shared in (function, any_function):
        name = shared.node.id
        listen(stack, f"{name}One", shared, failures=failures, retry_attempts=0)
        with pytest.raises(
            ValueError,
            match=rf"'retry_attempts': 0.*got.*: 2.* a function of its own \(at Test/{name}T",
        ):
            listen(stack, f"{name}Two", shared, failures=failures)
    with pytest.raises(ValueError, match=r"a function of its own \(at Test/Nightly\)"):
        run_nightly(stack, any_function, failures)


def test_another_chain_is_another_setting(
    stack: Stack, failures: FailureChain, function: PythonFunction
) -> None:
    listen(stack, "One", function, failures=failures)

    with pytest.raises(ValueError, match=r"'ends in': .*a function of its own"):
        listen(stack, "Two", function, failures=FailureChain(stack, "Others"))


def test_what_a_plain_function_was_told_by_its_own_stack_is_not_overwritten(
    stack: Stack, failures: FailureChain, plain: lambda_.Function
) -> None:
    plain.configure_async_invoke(retry_attempts=0)

    with pytest.raises(ValueError, match=r"leave its own settings to the block.*\(at Test/One\)"):
        listen(stack, "One", plain, failures=failures)
