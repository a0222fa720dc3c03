"""State machines and queues behind rules and schedules: what fails ends in the chain, once each."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aws_cdk import CfnOutput, Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_stepfunctions as sfn

from blockwork.local.places import REPOSITORY
from constructs_lib.blocks import EventBus, FailureChain, ScheduledTask
from constructs_lib.primitives import Queue
from tests.emulator.failure_chain import be_stage_of
from tests.emulator.support import Aws, eventually, received
from tests.emulator.synthesised import deploy_constructs
from tests.waiting import eventually as until
from tests.waiting import run

PAST = scheduler.ScheduleExpression.at(datetime(2020, 1, 1, tzinfo=UTC))
Take = Callable[[Stack, dict[str, Any], FailureChain], None]


def listen(stack: Stack, taker: dict[str, Any], failures: FailureChain) -> None:
    default = events.EventBus.from_event_bus_name(stack, "Default", "default")
    EventBus.of(default).subscribe(
        stack,
        "On",
        source=stack.stack_name,
        detail_types=["Something"],
        detail={"name": [{"prefix": "p"}]},
        failures=failures,
        **taker,
    )


def schedule(stack: Stack, taker: dict[str, Any], failures: FailureChain) -> None:
    ScheduledTask(stack, "Once", failures=failures, at=PAST, input={"name": "poison"}, **taker)


def publish(aws: Aws, source: str, *names: str) -> None:
    entry = {"Source": source, "DetailType": "Something"}
    aws.client("events").put_events(
        Entries=[{**entry, "Detail": json.dumps({"name": name})} for name in names]
    )


def fails_at_poison(stack: Stack, path: str) -> sfn.StateMachine:
    """Return a machine that fails at what is called so.

    It takes its time, so that what fails again comes after the redrive that started it.
    """
    fail = sfn.Fail(stack, "Fail", error="Poisoned", cause="it was poison")
    slowly = sfn.Wait(stack, "Slowly", time=sfn.WaitTime.duration(Duration.seconds(3)))
    choice = sfn.Choice(stack, "Which").when(
        sfn.Condition.string_equals(path, "poison"), slowly.next(fail)
    )
    body = sfn.DefinitionBody.from_chainable(choice.otherwise(sfn.Pass(stack, "Done")))
    return sfn.StateMachine(stack, "Fulfil", definition_body=body, timeout=Duration.minutes(5))


def deploy_machine(aws: Aws, name: str, path: str, take: Take) -> dict[str, str]:
    def build(stack: Stack) -> None:
        failures = FailureChain(stack, "Failures", known_as=name)
        machine = fails_at_poison(stack, path)
        take(stack, {"state_machine": machine}, failures)
        CfnOutput(stack, "machine", value=machine.state_machine_arn)
        CfnOutput(stack, "failed", value=failures.queue.queue_url)

    return deploy_constructs(aws, name, build)


def failures(directory: Path, what: str) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", "blockwork", "failures", what, "machine-rule")
    return run(*command, "--directory", str(directory), cwd=REPOSITORY)


def showing(text: str, done: subprocess.CompletedProcess[str]) -> str | None:
    return done.stdout if text in done.stdout else None


def executions(aws: Aws, machine: str) -> list[str]:
    found = aws.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"]
    return sorted(each["status"] for each in found)


def test_an_execution_that_fails_ends_in_the_chain_and_is_started_again(
    aws: Aws, tmp_path: Path
) -> None:
    made = deploy_machine(aws, "machine-rule", "$.detail.name", listen)
    publish(aws, "machine-rule", "pure", "poison", "other")

    until(lambda: executions(aws, made["machine"]), until=["FAILED", "SUCCEEDED"].__eq__)
    be_stage_of(aws, tmp_path)
    shown = eventually(lambda: showing("Poisoned: it was poison", failures(tmp_path, "show")))
    redriven = failures(tmp_path, "redrive").stdout

    assert "execution of a state machine" in shown
    assert "1 redriven, 0 failed" in redriven
    # It still is poison, so it comes back.
    until(lambda: executions(aws, made["machine"]), until=["FAILED", "FAILED", "SUCCEEDED"].__eq__)
    again = received(aws, made["failed"])["body"]["detail"]
    assert again["name"].startswith("redriven-")
    assert json.loads(again["input"])["detail"] == {"name": "poison"}


def test_a_run_whose_execution_fails_ends_in_the_chain(aws: Aws) -> None:
    made = deploy_machine(aws, "machine-schedule", "$.name", schedule)

    failed = received(aws, made["failed"])["body"]

    told = json.loads(failed["detail"]["input"])
    assert failed["detail"]["stateMachineArn"] == made["machine"]
    assert told["name"] == "poison"
    assert {"id", "time"} < told.keys()
    assert executions(aws, made["machine"]) == ["FAILED"]


def test_an_event_for_a_machine_that_is_gone_ends_in_the_chain(aws: Aws) -> None:
    made = deploy_machine(aws, "machine-gone", "$.detail.name", listen)
    aws.client("stepfunctions").delete_state_machine(stateMachineArn=made["machine"])

    publish(aws, "machine-gone", "pure")

    message = received(aws, made["failed"])
    assert message["attributes"]["TARGET_ARN"] == made["machine"]
    assert message["body"]["detail"] == {"name": "pure"}


def deploy_queue(aws: Aws, name: str, take: Take) -> dict[str, str]:
    def build(stack: Stack) -> None:
        failures = FailureChain(stack, "Failures")
        work = Queue(stack, "Work", dead_letter_queue=failures.dead_letter_queue())
        take(stack, {"queue": work}, failures)
        CfnOutput(stack, "work", value=work.queue_url)
        CfnOutput(stack, "failed", value=failures.queue.queue_url)

    return deploy_constructs(aws, name, build)


def test_a_queue_gets_the_events_that_the_pattern_means_and_the_chain_what_it_cannot_have(
    aws: Aws,
) -> None:
    made = deploy_queue(aws, "queue-rule", listen)

    publish(aws, "queue-rule", "other", "pure")
    got = received(aws, made["work"])["body"]
    aws.client("sqs").delete_queue(QueueUrl=made["work"])
    publish(aws, "queue-rule", "poison")
    lost = received(aws, made["failed"])

    assert got["detail"] == {"name": "pure"}
    assert lost["body"]["detail"] == {"name": "poison"}
    assert lost["attributes"]["ERROR_CODE"] == "RESOURCE_NOT_FOUND"


def test_a_queue_gets_a_run(aws: Aws) -> None:
    made = deploy_queue(aws, "queue-schedule", schedule)

    got = received(aws, made["work"])["body"]

    assert got["name"] == "poison"
    assert got["time"] == "2020-01-01T00:00:00Z"
    assert got["id"]
