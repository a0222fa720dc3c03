"""A failure chain encrypted by a key of another stack: who leaves events there may use it."""

from pathlib import Path

import pytest
from aws_cdk import App, Environment, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_scheduler as scheduler
from aws_cdk.assertions import Annotations, Match, Template

from constructs_lib.blocks import (
    EventBus,
    FailureChain,
    QueueConsumer,
    ScheduledTask,
    StreamConsumer,
)
from constructs_lib.checks import check_deliveries
from constructs_lib.checks.assembly import Assembly
from constructs_lib.checks.walk import deliveries_of
from constructs_lib.primitives import PythonFunction, PythonService, Queue, Table

ELSEWHERE = "arn:aws:kms:eu-west-2:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.fixture
def app() -> App:
    return App(
        analytics_reporting=False,
        builtin_cloud_formation_validation=False,
        context={"@aws-cdk/core:defaultCrossStackReferences": "weak"},
    )


def stacks(app: App) -> tuple[Stack, Stack]:
    env = Environment(account="111111111111", region="eu-west-2")
    return Stack(app, "Foundation", env=env), Stack(app, "Orders", env=env)


def consume_in_every_way(stack: Stack, failures: FailureChain, service: PythonService) -> None:
    def function(id_: str) -> PythonFunction:
        return PythonFunction(stack, id_, service=service, entry="place_order")

    EventBus(stack, "Bus").subscribe(
        stack,
        "OnPlaced",
        source="shop.orders",
        detail_types=["OrderPlaced"],
        function=function("React"),
        failures=failures,
    )
    table = Table(
        stack, "Table", partition_key="id", stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES
    )
    StreamConsumer(stack, "Following", source=table, function=function("Follow"), failures=failures)
    work = Queue(stack, "Work", dead_letter_queue=failures.dead_letter_queue())
    QueueConsumer(stack, "Working", queue=work, function=function("Do"), failures=failures)
    ScheduledTask(
        stack,
        "Nightly",
        function=function("Fetch"),
        failures=failures,
        at=scheduler.ScheduleExpression.cron(hour="2", minute="0"),
    )


def test_everybody_who_leaves_events_in_the_chain_may_use_its_key(
    app: App, service: PythonService
) -> None:
    foundation, orders = stacks(app)
    failures = FailureChain(orders, "Failures", encryption_key=kms.Key(foundation, "Key"))

    consume_in_every_way(orders, failures, service)

    folder = Path(app.synth().directory)
    assert check_deliveries(folder) == []
    ends = [d for d in deliveries_of(Assembly(folder)) if "Failures" in d.target]
    assert {delivery.service for delivery in ends} == {
        "events.amazonaws.com",
        "lambda.amazonaws.com",
        "scheduler.amazonaws.com",
        "sns.amazonaws.com",
    }


def test_the_key_lets_in_only_services_that_leave_something_and_only_of_this_account(
    app: App,
) -> None:
    foundation, orders = stacks(app)

    FailureChain(orders, "Failures", encryption_key=kms.Key(foundation, "Key"))

    _, *others = Template.from_stack(foundation).to_json()["Resources"]["Key961B73FD"][
        "Properties"
    ]["KeyPolicy"]["Statement"]
    assert others == [
        {
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Condition": {"StringEquals": {"aws:SourceAccount": "111111111111"}},
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Resource": "*",
        }
    ]


def test_the_queue_is_encrypted_by_the_key_as_the_topic_is(stack: Stack) -> None:
    key = kms.Key(stack, "Key")

    FailureChain(stack, "Failures", encryption_key=key)

    template = Template.from_stack(stack)
    for kind in ("AWS::SQS::Queue", "AWS::SNS::Topic"):
        template.has_resource_properties(kind, {"KmsMasterKeyId": stack.resolve(key.key_arn)})


def test_a_key_whose_policy_is_elsewhere_is_warned_of(stack: Stack) -> None:
    FailureChain(stack, "Failures", encryption_key=kms.Key.from_key_arn(stack, "Key", ELSEWHERE))

    Annotations.from_stack(stack).has_warning(
        "/Test/Failures",
        Match.string_like_regexp("failed events are lost unless it lets sns.amazonaws.com"),
    )
