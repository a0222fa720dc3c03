"""What a rule asks for, and of which bus: several sources, details, a bus that is there already."""

from typing import Any

import pytest
from aws_cdk import App, Environment, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk.assertions import Template

from constructs_lib.blocks import (
    EventBus,
    FailureChain,
)
from constructs_lib.primitives import Queue
from tests.unit.constructs_lib.blocks.function_of import may


def test_a_rule_may_take_several_sources_and_ask_for_details(
    stack: Stack, failures: FailureChain, work: Queue
) -> None:
    EventBus(stack, "Bus").subscribe(
        stack,
        "On",
        source=["shop.orders", "shop.returns"],
        detail_types=["Placed"],
        detail={"data": {"country": ["GB"]}},
        queue=work,
        failures=failures,
    )

    Template.from_stack(stack).has_resource_properties(
        "AWS::Events::Rule",
        {
            "EventPattern": {
                "source": ["shop.orders", "shop.returns"],
                "detail-type": ["Placed"],
                "detail": {"data": {"country": ["GB"]}},
            }
        },
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"source": []}, "source must name one service"),
        ({"source": ["shop", ""]}, "source must name one service"),
        ({"source": ["shop", "aws.s3"]}, "comes over no bus but the default one, got 'aws.s3'"),
        ({"detail": {"country": []}}, "detail.country must hold a value"),
    ],
)
def test_a_subscription_that_eventbridge_would_refuse_is_refused(
    stack: Stack, failures: FailureChain, work: Queue, given: dict[str, Any], said: str
) -> None:
    asked = {"source": "shop", "detail_types": ["Placed"], **given}

    with pytest.raises(ValueError, match=rf"{said}.*\(at Test/On\)"):
        EventBus(stack, "Bus").subscribe(stack, "On", queue=work, failures=failures, **asked)


def test_a_bus_that_is_there_already_gets_no_archive_and_brings_what_aws_says(
    stack: Stack, failures: FailureChain, plain: lambda_.Function
) -> None:
    default = events.EventBus.from_event_bus_name(stack, "Default", "default")
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    bus = EventBus.of(default)

    bus.subscribe(
        stack,
        "On",
        source="aws.s3",
        detail_types=["Object Created"],
        function=plain,
        failures=failures,
    )
    bus.let_publish(plain, source="shop.orders")
    with pytest.raises(ValueError, match=r"source must name one service.*\(at Test/Default\)"):
        bus.grant_publish(role, source="aws.s3")

    template = Template.from_stack(stack)
    template.resource_count_is("AWS::Events::Archive", 0)
    template.has_resource_properties(
        "AWS::Events::Rule", {"EventBusName": "default", "EventPattern": {"source": ["aws.s3"]}}
    )
    may(stack, "events:PutEvents", stack.resolve(default.event_bus_arn))


@pytest.mark.parametrize(
    ("arn", "said"),
    [
        ("arn:aws:events:eu-west-1:999999999999:event-bus/b", "account, 111111111111"),
        ("arn:aws:events:us-east-1:111111111111:event-bus/b", "region, eu-west-1"),
    ],
)
def test_a_bus_that_no_rule_of_this_stack_can_be_on_is_refused(arn: str, said: str) -> None:
    app = App(analytics_reporting=False, builtin_cloud_formation_validation=False)
    home = Environment(account="111111111111", region="eu-west-1")
    stack = Stack(app, "Test", env=home)
    failures = FailureChain(stack, "Failures")
    work = Queue(stack, "Work", dead_letter_queue=failures.dead_letter_queue())
    theirs = events.EventBus.from_event_bus_arn(stack, "Theirs", arn)

    with pytest.raises(ValueError, match=rf"bus must be of this stack's {said}.*\(at Test/On\)"):
        EventBus.of(theirs).subscribe(
            stack, "On", source="shop", detail_types=["Placed"], queue=work, failures=failures
        )
