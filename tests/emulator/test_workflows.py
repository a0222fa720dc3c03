"""A workflow that waits for a callback: in whatever order things come, and when they fail."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from blockwork.local.places import REPOSITORY
from constructs_lib.blocks import Callbacks, CallbackTask, FailureChain, FunctionTask, Workflow
from constructs_lib.defaults import Defaults
from constructs_lib.primitives import BuildTarget, PythonFunction, PythonService, Table
from tests.emulator.failure_chain import be_stage_of
from tests.emulator.support import Aws, eventually, received
from tests.emulator.synthesised import deploy_constructs
from tests.waiting import eventually as until
from tests.waiting import run

NAME = "workflow-orders"
HOUR, MINUTE, SECOND = Duration.hours(1), Duration.minutes(1), Duration.seconds(1)
LINK = """
from blockwork.runtime.callbacks import CallbackTable

callbacks = CallbackTable.from_environment()


def handler(event, context):
    callbacks.wait(event["order"], event["token"], received=event["received"])
"""
ARRIVE = """
from blockwork.runtime.callbacks import CallbackTable

callbacks = CallbackTable.from_environment()


def handler(event, context):
    message = {"id": event["id"], "status": event["status"]}
    return callbacks.arrive(event["order"], message, message_id=event["id"]).name
"""
SHIP = """
import os

import boto3

table = boto3.client("dynamodb")


def handler(event, context):
    road = table.get_item(
        TableName=os.environ["ROADS"], Key={"id": {"S": event["road"]}}, ProjectionExpression="id"
    )
    if "Item" not in road:
        raise LookupError("the road is closed")
    return {"shipped": event["order"]}
"""


class Orders:
    """The deployed workflows, and who calls them."""

    def __init__(self, aws: Aws, made: dict[str, str]) -> None:
        self.aws = aws
        self.made = made
        self.states = aws.client("stepfunctions")

    def start(self, machine: str, order: str, **more: str) -> str:
        given = {"order": order, "road": "open", **more}
        started = self.states.start_execution(
            stateMachineArn=self.made[machine], name=order, input=json.dumps(given)
        )
        return str(started["executionArn"])

    def arrive(self, order: str, id_: str, status: str) -> str:
        """Let the world say something; the answer of `CallbackTable.arrive`."""
        said = {"order": order, "id": id_, "status": status}
        answer = self.aws.client("lambda").invoke(
            FunctionName=self.made["arrive"], Payload=json.dumps(said)
        )
        return str(json.loads(answer["Payload"].read()))

    def waits(self, execution: str, times: int = 1) -> None:
        """Wait until it has come to wait so often, and its token is where the answer finds it."""
        order = execution.rsplit(":", 1)[-1]

        def look() -> tuple[int, bool]:
            history = self.states.get_execution_history(executionArn=execution, maxResults=1000)
            begun = [each for each in history["events"] if each["type"] == "TaskScheduled"]
            return len(begun), self.token(order)

        until(look, until=lambda seen: seen >= (times, True))

    def token(self, order: str) -> bool:
        key = {"callbackKey": {"S": order}, "itemId": {"S": "waiter"}}
        table = self.made["callbacks"]
        item = self.aws.client("dynamodb").get_item(TableName=table, Key=key).get("Item", {})
        return "token" in item

    def end(self, execution: str) -> tuple[str, Any]:
        """Wait for an execution's end; its status and output."""

        def look() -> tuple[int, str, Any]:
            history = self.states.get_execution_history(executionArn=execution, maxResults=1000)
            said = self.states.describe_execution(executionArn=execution)
            return len(history["events"]), said["status"], json.loads(said.get("output", "null"))

        seen = until(look, until=lambda seen: seen[1] != "RUNNING")
        return seen[1:]


@pytest.fixture(scope="module")
def orders(aws: Aws, tmp_path_factory: pytest.TempPathFactory) -> Orders:
    source = tmp_path_factory.mktemp("orders")
    (source / "orders").mkdir()
    for name, text in (("link", LINK), ("arrive", ARRIVE), ("ship", SHIP)):
        (source / "orders" / f"{name}.py").write_text(text)
    service = PythonService(name="orders", source=source, target=BuildTarget.this_machine())
    orders = Orders(aws, deploy_constructs(aws, NAME, lambda stack: build(stack, service)))
    aws.client("dynamodb").put_item(TableName=orders.made["roads"], Item={"id": {"S": "open"}})
    return orders


def build(stack: Stack, service: PythonService) -> None:
    Defaults.of(stack).set(removal_policy=RemovalPolicy.DESTROY)
    failures = FailureChain(stack, "Failures", known_as=NAME)
    link, arrive, ship = (
        PythonFunction(stack, name.title(), service=service, entry=name, timeout=MINUTE)
        for name in ("link", "arrive", "ship")
    )
    callbacks = Callbacks(stack, "Callbacks")
    callbacks.let_wait(link)
    callbacks.let_arrive(arrive)
    roads = Table(stack, "Roads", partition_key="id")
    roads.let_use(ship, "dynamodb:GetItem", variable="ROADS", attributes=[])
    for name, wait_at_most, last_at_most in (
        ("Patient", HOUR, HOUR),
        ("Polling", SECOND, HOUR),
        ("Hasty", HOUR, SECOND),
    ):
        states = conversation(Construct(stack, f"{name}States"), link, ship, wait_at_most)
        workflow = Workflow(stack, name, definition=states, timeout=last_at_most, failures=failures)
        callbacks.let_resume(workflow.state_machine)
        CfnOutput(stack, name.lower(), value=workflow.state_machine.state_machine_arn)
        CfnOutput(stack, f"alarm{name}", value=workflow.alarms[0].alarm_name)
    CfnOutput(stack, "arrive", value=arrive.function_name)
    CfnOutput(stack, "callbacks", value=callbacks.table.table_name)
    CfnOutput(stack, "roads", value=roads.table_name)
    CfnOutput(stack, "failed", value=failures.queue.queue_url)


def conversation(
    scope: Construct, link: PythonFunction, ship: PythonFunction, at_most: Duration
) -> sfn.IChainable:
    """Wait for the world's word: pending waits again, none in time is as if it had come."""
    ask = sfn.Pass.jsonata(
        scope,
        "Begin",
        assign={"order": "{% $states.input.order %}", "road": "{% $states.input.road %}"},
        outputs={"id": ""},
    )
    wait = CallbackTask(
        scope,
        "Wait",
        function=link,
        payload={"order": "{% $order %}", "received": "{% $states.input.id %}"},
        timeout=at_most,
        heartbeat=None,
    )
    took_too_long = sfn.Pass.jsonata(scope, "TookTooLong", outputs={"id": "", "status": "sent"})
    shipping = FunctionTask(
        scope,
        "Ship",
        function=ship,
        payload={"order": "{% $order %}", "road": "{% $road %}"},
    )
    pending = sfn.Condition.jsonata("{% $states.input.status = 'pending' %}")
    which = sfn.Choice.jsonata(scope, "Which").when(pending, wait).otherwise(shipping)
    wait.add_catch(took_too_long.next(which), errors=["States.Timeout"])
    return ask.next(wait).next(which)


def test_a_message_resumes_the_execution_that_waits(orders: Orders) -> None:
    execution = orders.start("patient", "resumed")
    orders.waits(execution)

    assert orders.arrive("resumed", "m1", "sent") == "RESUMED"
    assert orders.end(execution) == ("SUCCEEDED", {"shipped": "resumed"})


def test_a_message_that_was_first_resumes_at_once(orders: Orders) -> None:
    assert orders.arrive("early", "m1", "sent") == "KEPT"

    execution = orders.start("patient", "early")

    assert orders.end(execution) == ("SUCCEEDED", {"shipped": "early"})


def test_each_message_ends_one_wait_though_it_comes_twice(orders: Orders) -> None:
    execution = orders.start("patient", "doubled")
    orders.waits(execution)
    assert orders.arrive("doubled", "m1", "pending") == "RESUMED"
    orders.waits(execution, times=2)

    assert orders.arrive("doubled", "m1", "pending") == "REPEATED"
    assert orders.arrive("doubled", "m2", "sent") == "RESUMED"

    assert orders.end(execution) == ("SUCCEEDED", {"shipped": "doubled"})
    assert orders.arrive("doubled", "m2", "sent") == "REPEATED"


def test_an_execution_that_waits_too_long_goes_another_way(orders: Orders) -> None:
    execution = orders.start("polling", "silent")

    assert orders.end(execution) == ("SUCCEEDED", {"shipped": "silent"})
    assert orders.arrive("silent", "m1", "sent") == "KEPT"


def test_an_execution_out_of_time_ends_in_the_chain(orders: Orders) -> None:
    execution = orders.start("hasty", "slow")

    assert orders.end(execution)[0] == "TIMED_OUT"
    told = received(orders.aws, orders.made["failed"])["body"]["detail"]
    assert (told["executionArn"], told["status"]) == (execution, "TIMED_OUT")


def test_a_failed_execution_alarms_and_goes_on_where_it_failed_when_it_is_redriven(
    orders: Orders, tmp_path: Path
) -> None:
    execution = orders.start("patient", "stuck", road="closed")
    orders.waits(execution)
    orders.arrive("stuck", "m1", "sent")
    assert orders.end(execution)[0] == "FAILED"
    eventually(lambda: alarm_of(orders) == "ALARM")
    be_stage_of(orders.aws, tmp_path)
    command = (sys.executable, "-m", "blockwork", "failures")
    at = (NAME, "--directory", str(tmp_path))
    shown = eventually(
        lambda: showing("the road is closed", run(*command, "show", *at, cwd=REPOSITORY).stdout)
    )
    assert "execution of a state machine" in shown

    roads = orders.made["roads"]
    orders.aws.client("dynamodb").put_item(TableName=roads, Item={"id": {"S": "closed"}})
    redriven = run(*command, "redrive", *at, cwd=REPOSITORY).stdout

    assert "1 redriven, 0 failed" in redriven
    # It neither waits nor begins again: the message came once.
    assert orders.end(execution) == ("SUCCEEDED", {"shipped": "stuck"})


def showing(text: str, shown: str) -> str | None:
    return shown if text in shown else None


def alarm_of(orders: Orders) -> str:
    name = orders.made["alarmPatient"]
    (alarm,) = orders.aws.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return str(alarm["StateValue"])
