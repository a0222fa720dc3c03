"""What is said once of an app, a stage or a stack holds beneath for all that is told no other."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, RemovalPolicy, Stack, Stage
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk.assertions import Template
from constructs import Construct

from constructs_lib import blocks, primitives
from constructs_lib.blocks import (
    BusinessApi,
    EventBus,
    FailureChain,
    IdempotencyTable,
    PushChannel,
    SiteRelease,
    StaticSite,
    TokenAuthorizer,
    UserDirectory,
)
from constructs_lib.defaults import Defaults
from constructs_lib.primitives import (
    AlarmTopic,
    Bucket,
    PythonFunction,
    PythonService,
    Queue,
    Table,
)

DESTROYED = RemovalPolicy.DESTROY
KEEPS_DATA = {
    *("AWS::Cognito::UserPool", "AWS::DynamoDB::GlobalTable", "AWS::Events::Archive"),
    *("AWS::Events::EventBus", "AWS::Logs::LogGroup", "AWS::S3::Bucket", "AWS::SQS::Queue"),
}
Make = Callable[[Stack, PythonService, dict[str, Any]], object]
MAKERS: dict[str, Make] = {
    "Table": lambda at, _, said: Table(at, "X", partition_key="id", **said),
    "Bucket": lambda at, _, said: Bucket(at, "X", **said),
    "Queue": lambda at, _, said: Queue(at, "X", **said),
    "IdempotencyTable": lambda at, _, said: IdempotencyTable(at, "X", **said),
    "EventBus": lambda at, _, said: EventBus(at, "X", **said),
    "FailureChain": lambda at, _, said: FailureChain(at, "X", **said),
    "UserDirectory": lambda at, _, said: UserDirectory(at, "X", **said),
    "StaticSite": lambda at, _, said: StaticSite(at, "X", **said),
    "PushChannel": lambda at, _, said: PushChannel(
        at, "X", failures=FailureChain(at, "Failures", **said), **said
    ),
}


@pytest.mark.parametrize("name", MAKERS)
def test_what_becomes_of_data_is_said_once_and_an_argument_wins(
    stack: Stack, service: PythonService, name: str
) -> None:
    Defaults.of(stack.node.root).set(removal_policy=DESTROYED)
    other = Stack(App(analytics_reporting=False, builtin_cloud_formation_validation=False), "Two")
    Defaults.of(other).set(removal_policy=DESTROYED)
    MAKERS[name](stack, service, {})
    MAKERS[name](other, service, {"removal_policy": RemovalPolicy.RETAIN})

    assert policies(stack) == {"Delete"}
    assert "Delete" not in policies(other)


@pytest.mark.parametrize("name", sorted(MAKERS.keys() - {"Queue"}))
def test_what_nobody_says_anything_of_is_retained(
    stack: Stack, service: PythonService, name: str
) -> None:
    MAKERS[name](stack, service, {})

    assert policies(stack) == {"RetainExceptOnCreate"}


def logs_of_all(stack: Stack, service: PythonService, site: Path) -> None:
    """Make everything that has a log."""
    PythonFunction(stack, "Function", service=service, entry="place_order")
    BusinessApi(stack, "Api", allow_origins=None)
    PushChannel(stack, "Push", failures=FailureChain(stack, "Failures"))
    (site / "index.html").write_text("")
    SiteRelease(stack, "Release", site=StaticSite(stack, "Site"), content=site, config={})
    TokenAuthorizer(stack, "Authorizer", issuer="https://issuer.example", audience="shop")


def test_how_long_logs_are_kept_is_said_once(
    stack: Stack, service: PythonService, tmp_path: Path
) -> None:
    Defaults.of(stack).set(log_retention=logs.RetentionDays.ONE_DAY)
    (tmp_path / "site").mkdir()

    logs_of_all(stack, service, tmp_path / "site")

    groups = Template.from_stack(stack).find_resources("AWS::Logs::LogGroup").values()
    assert {group["Properties"]["RetentionInDays"] for group in groups} == {1}


def test_whom_a_service_tells_otherwise_is_heard(stack: Stack, service: PythonService) -> None:
    Defaults.of(stack).set(log_retention=logs.RetentionDays.ONE_DAY)
    named = PythonService(
        name="orders",
        source=service.source,
        target=service.target,
        log_retention=logs.RetentionDays.ONE_YEAR,
    )

    PythonFunction(stack, "Function", service=named, entry="place_order")

    Template.from_stack(stack).has_resource_properties(
        "AWS::Logs::LogGroup", {"RetentionInDays": 365}
    )


@pytest.mark.parametrize(
    ("arguments", "mode"),
    [({}, "PassThrough"), ({"tracing": lambda_.Tracing.ACTIVE}, "Active")],
)
def test_who_is_traced_is_said_once(
    stack: Stack, service: PythonService, arguments: dict[str, Any], mode: str
) -> None:
    Defaults.of(stack).set(tracing=lambda_.Tracing.PASS_THROUGH)

    PythonFunction(stack, "F", service=service, entry="place_order", **arguments)

    Template.from_stack(stack).has_resource_properties(
        "AWS::Lambda::Function", {"TracingConfig": {"Mode": mode}}
    )


def test_people_are_told_of_every_alarm_once_by_whom_it_was_said(stack: Stack) -> None:
    topic = AlarmTopic(stack, "Alarms")
    Defaults.of(stack).set(alarm_topic=topic)

    failures = FailureChain(stack, "Failures")
    BusinessApi(stack, "Api", allow_origins=None)
    topic.watch(failures.alarm)

    alarms = Template.from_stack(stack).find_resources("AWS::CloudWatch::Alarm").values()
    told = [alarm["Properties"]["AlarmActions"] for alarm in alarms]
    assert told == [[stack.resolve(topic.topic_arn)]] * 3


def test_failed_events_are_encrypted_by_the_key_that_was_said(stack: Stack) -> None:
    key, own = kms.Key(stack, "Key"), kms.Key(stack, "Own")
    Defaults.of(stack).set(failure_key=key)

    FailureChain(stack, "Said")
    FailureChain(stack, "Given", encryption_key=own)

    found = Template.from_stack(stack).find_resources("AWS::SQS::Queue")
    keys = {name[:4]: queue["Properties"]["KmsMasterKeyId"] for name, queue in found.items()}
    assert keys == {"Said": stack.resolve(key.key_arn), "Give": stack.resolve(own.key_arn)}


def test_the_nearest_construct_is_heard_for_each_value_by_itself() -> None:
    app = App(analytics_reporting=False, builtin_cloud_formation_validation=False)
    Defaults.of(app).set(removal_policy=DESTROYED, log_retention=logs.RetentionDays.ONE_DAY)
    stage = Stage(app, "Prod")
    Defaults.of(stage).set(removal_policy=RemovalPolicy.RETAIN)
    within = Defaults.of(Construct(Stack(stage, "Shop"), "Part"))
    outside = Defaults.of(Stack(app, "Shop"))

    assert within.removal_policy() is RemovalPolicy.RETAIN
    assert within.log_retention() is logs.RetentionDays.ONE_DAY
    assert outside.removal_policy() is DESTROYED


def test_a_queue_is_kept_where_it_was_said(stack: Stack) -> None:
    Defaults.of(stack).set(removal_policy=RemovalPolicy.RETAIN)

    Queue(stack, "Kept")

    assert policies(stack) == {"Retain"}


def test_what_was_said_is_not_taken_back(stack: Stack) -> None:
    said = Defaults.of(stack)
    said.set(removal_policy=DESTROYED)
    said.set(removal_policy=DESTROYED, tracing=lambda_.Tracing.DISABLED)

    with pytest.raises(ValueError, match=r"removal_policy was told once already.*\(at Test\)"):
        Defaults.of(stack).set(removal_policy=RemovalPolicy.RETAIN)


def test_nothing_that_can_be_said_once_has_a_default_of_its_own() -> None:
    """Else it would not hear: what is given and what is left out would look the same."""
    once = {"removal_policy", "log_retention", "log_removal_policy", "tracing"}
    deaf = {
        f"{name}: {parameter}"
        for package in (blocks, primitives)
        for name in package.__all__
        if inspect.isclass(made := getattr(package, name))
        for parameter in inspect.signature(made.__init__).parameters.values()
        if parameter.name in once and parameter.default is not None
    }

    assert deaf == set()


def policies(stack: Stack) -> set[str]:
    return {
        resource["DeletionPolicy"]
        for resource in Template.from_stack(stack).to_json()["Resources"].values()
        if resource["Type"] in KEEPS_DATA
    }
