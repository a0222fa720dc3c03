"""What the library says of its own findings is heard in every app, and hides nobody else's."""

import contextlib
import gc
import json
import re
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest
from aws_cdk import App, Duration, Stack, Validations
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from cdk_nag import AwsSolutionsChecks

from constructs_lib import acknowledge
from constructs_lib.blocks import (
    Callbacks,
    CallbackTask,
    FailureChain,
    FunctionTask,
    PushChannel,
    ScheduledTask,
    StreamConsumer,
    Workflow,
)
from constructs_lib.primitives import Bucket, BuildTarget, PythonFunction, PythonService, Table

LIBRARY = Path(__file__).parent.parent.parent.parent / "constructs_lib"
A_CUSTOMERS_TRADE = re.compile(r"\b(tariff|voucher|retailer|energy|weather|meter)s?\b", re.I)
FLAGS = {
    "none": {},
    "weak": {"@aws-cdk/core:defaultCrossStackReferences": "weak"},
}


@pytest.fixture(params=FLAGS)
def app(request: pytest.FixtureRequest) -> App:
    return App(
        analytics_reporting=False,
        builtin_cloud_formation_validation=False,
        context=FLAGS[request.param],
    )


def findings(app: App) -> list[str]:
    """Return what cdk-nag reports and nobody has acknowledged."""
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    gc.collect()  # what is said at the end must be kept until then
    with contextlib.suppress(RuntimeError):  # which findings are
        app.synth()
    report = json.loads((Path(app.outdir) / "validation-report.json").read_text())
    return [found["ruleName"] for part in report["pluginReports"] for found in part["violations"]]


def test_a_wildcard_is_acknowledged_in_an_app_with_whatever_references(
    app: App, service: PythonService
) -> None:
    owner, user = Stack(app, "Owner"), Stack(app, "User")
    work = PythonFunction(owner, "Work", service=service, entry="place_order")
    ScheduledTask(
        user,
        "Nightly",
        function=work,
        failures=FailureChain(owner, "Failures"),
        at=scheduler.ScheduleExpression.rate(Duration.hours(1)),
    )
    reader = PythonFunction(user, "Reader", service=service, entry="place_order")
    Bucket(owner, "Bucket").grant_objects(reader, "s3:GetObject", keys="*.pdf")
    PushChannel(
        user, "Push", failures=FailureChain(user, "Failures"), target=BuildTarget.this_machine()
    )

    assert findings(app) == []


def test_a_pack_that_is_imported_after_all_was_made_hears_the_same(
    app: App, service: PythonService, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as made:
        made.delitem(sys.modules, "cdk_nag")
        acknowledge.acknowledge(app, IAM4="said of an app, which is in no stack")
        stack = Stack(app, "Stack")
        function = PythonFunction(stack, "Function", service=service, entry="place_order")
        Bucket(stack, "Bucket").grant_objects(function, "s3:GetObject", keys="*.pdf")

    assert findings(app) == []


def test_without_a_pack_nothing_is_said_to_anybody(
    app: App, service: PythonService, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = Mock()
    monkeypatch.setattr(acknowledge, "Validations", said)
    monkeypatch.delitem(sys.modules, "cdk_nag")
    stack = Stack(app, "Stack")
    function = PythonFunction(stack, "Function", service=service, entry="place_order")
    Bucket(stack, "Bucket").grant_objects(function, "s3:GetObject", keys="*.pdf")

    app.synth()

    assert said.mock_calls == []


@pytest.mark.parametrize("own", [True, False])
def test_everything_as_a_resource_is_acknowledged_for_statements_that_can_name_no_other(
    app: App, service: PythonService, own: bool
) -> None:
    stack = Stack(app, "Stack")
    function = PythonFunction(stack, "Function", service=service, entry="place_order")
    StreamConsumer(
        stack,
        "Following",
        source=Table(stack, "T", partition_key="id", stream=dynamodb.StreamViewType.KEYS_ONLY),
        function=function,
        failures=FailureChain(stack, "Failures"),
    )
    if own:
        function.add_to_role_policy(
            iam.PolicyStatement(actions=["dynamodb:DeleteTable"], resources=["*"])
        )

    assert findings(app) == (["AwsSolutions-IAM5[Resource::*]"] if own else [])


def test_a_workflow_has_no_finding(app: App, service: PythonService) -> None:
    stack, other = Stack(app, "Stack"), Stack(app, "Other")
    functions = [
        PythonFunction(at, "Function", service=service, entry="place_order")
        for at in (stack, other)
    ]
    steps = [
        FunctionTask(stack, f"Step{number}", function=function)
        for number, function in enumerate(functions)
    ]
    wait = CallbackTask(
        stack,
        "Wait",
        function=functions[0],
        payload={},
        timeout=Duration.hours(1),
        heartbeat=None,
    )
    workflow = Workflow(
        stack,
        "Workflow",
        definition=steps[0].next(steps[1]).next(wait),
        timeout=Duration.days(1),
        failures=FailureChain(stack, "Failures"),
    )
    starter = PythonFunction(stack, "Starter", service=service, entry="place_order")
    workflow.let_start(starter)
    workflow.grant_stop(starter)
    callbacks = Callbacks(stack, "Callbacks")
    callbacks.let_wait(functions[0])
    callbacks.let_resume(workflow.state_machine)

    assert findings(app) == []


def test_the_library_speaks_of_nobodys_trade() -> None:
    told = {
        f"{file.relative_to(LIBRARY)}: {word[0]}"
        for file in LIBRARY.rglob("*.*")
        if file.suffix in {".py", ".js", ".mjs"}
        for word in A_CUSTOMERS_TRADE.finditer(file.read_text("utf-8"))
    }

    assert told == set()
