"""State machines and queues behind rules and schedules: what they cannot do ends in the chain."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk.assertions import Match, Template

from constructs_lib.blocks import (
    EventBus,
    EventConsumer,
    FailureChain,
    IdempotencyTable,
    ScheduledTask,
)
from constructs_lib.checks import check_deliveries, check_queues
from constructs_lib.primitives import AlarmTopic, Queue
from tests.unit.constructs_lib.blocks.function_of import may

HOURLY = scheduler.ScheduleExpression.cron(minute="7")
Make = Callable[..., Any]


def machine(stack: Stack, id_: str = "Fulfil", **options: Any) -> sfn.StateMachine:
    body = sfn.DefinitionBody.from_chainable(sfn.Pass(stack, f"{id_}Pass"))
    return sfn.StateMachine(stack, id_, definition_body=body, **options)


def listen(stack: Stack, id_: str = "On", **given: Any) -> EventConsumer:
    return EventBus.of(events.EventBus.from_event_bus_name(stack, f"{id_}Bus", "theirs")).subscribe(
        stack, id_, source="shop", detail_types=["Placed"], **given
    )


def schedule(stack: Stack, id_: str = "On", **given: Any) -> ScheduledTask:
    return ScheduledTask(stack, id_, at=HOURLY, **given)


BOTH = pytest.mark.parametrize("make", [listen, schedule])


def target_of(stack: Stack, make: Make) -> dict[str, Any]:
    """Return what the one rule for, or schedule of, a taker says of it."""
    template = Template.from_stack(stack)
    if make is schedule:
        (found,) = template.find_resources("AWS::Scheduler::Schedule").values()
        target: dict[str, Any] = found["Properties"]["Target"]
        return target
    rules = template.find_resources("AWS::Events::Rule").values()
    (target,) = (
        rule["Properties"]["Targets"][0]
        for rule in rules
        if rule["Properties"].get("EventBusName") == "theirs"
    )
    return target


@BOTH
def test_a_state_machine_is_started_and_what_is_not_delivered_ends_in_the_chain(
    stack: Stack, failures: FailureChain, make: Make
) -> None:
    fulfil = machine(stack)

    make(stack, state_machine=fulfil, failures=failures)

    target = target_of(stack, make)
    assert target["Arn"] == stack.resolve(fulfil.state_machine_arn)
    assert target["DeadLetterConfig"] == {"Arn": stack.resolve(failures.queue.queue_arn)}
    assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] == 3600
    may(stack, "states:StartExecution", stack.resolve(fulfil.state_machine_arn))


@BOTH
def test_executions_that_end_without_success_end_in_the_chain_once(
    stack: Stack, failures: FailureChain, make: Make
) -> None:
    fulfil = machine(stack)

    make(stack, state_machine=fulfil, failures=failures)
    make(stack, "Again", state_machine=fulfil, failures=failures)

    template = Template.from_stack(stack)
    rule = {
        "EventPattern": {
            "source": ["aws.states"],
            "detail-type": ["Step Functions Execution Status Change"],
            "detail": {
                "stateMachineArn": [stack.resolve(fulfil.state_machine_arn)],
                "status": ["ABORTED", "FAILED", "TIMED_OUT"],
            },
        },
        "Targets": [Match.object_like({"Arn": stack.resolve(failures.queue.queue_arn)})],
    }
    template.resource_properties_count_is("AWS::Events::Rule", rule, 1)


@BOTH
def test_two_machines_of_one_name_are_both_kept(
    stack: Stack, failures: FailureChain, make: Make
) -> None:
    other = sfn.StateMachine.from_state_machine_name(stack, "Imported", "theirs")
    same = machine(Stack(stack, "Inner"), "Imported")

    make(stack, state_machine=other, failures=failures)
    make(stack, "Too", state_machine=same, failures=failures)

    names = [child.node.id for child in failures.node.children if "Failed" in child.node.id]
    assert names == ["FailedImported", f"FailedImported{same.node.addr}"]


@BOTH
def test_a_queue_gets_it_and_what_is_not_delivered_ends_in_the_chain(
    stack: Stack, failures: FailureChain, work: Queue, make: Make
) -> None:
    make(stack, queue=work, failures=failures)

    target = target_of(stack, make)
    assert target["Arn"] == stack.resolve(work.queue_arn)
    assert target["DeadLetterConfig"] == {"Arn": stack.resolve(failures.queue.queue_arn)}


@BOTH
def test_whoever_is_told_to_deliver_may_keys_included(tmp_path: Path, make: Make) -> None:
    app = App(
        outdir=str(tmp_path), analytics_reporting=False, builtin_cloud_formation_validation=False
    )
    stack = Stack(app, "Test")
    key = kms.Key(stack, "Key")
    failures = FailureChain(stack, "Failures", encryption_key=key)
    work = Queue(stack, "Work", encryption_key=key, dead_letter_queue=failures.dead_letter_queue())
    AlarmTopic(stack, "Alarms").watch(failures.alarm)
    make(stack, queue=work, failures=failures)
    make(stack, "Starting", state_machine=machine(stack), failures=failures)

    app.synth()

    assert check_deliveries(tmp_path) == []
    assert check_queues(tmp_path) == []


def test_rules_of_other_accounts_reach_neither_queues_nor_their_keys(stack: Stack) -> None:
    key = kms.Key(stack, "Key")
    failures = FailureChain(stack, "Failures", encryption_key=key)
    work = Queue(stack, "Work", encryption_key=key, dead_letter_queue=failures.dead_letter_queue())

    listen(stack, queue=work, failures=failures)
    listen(stack, "Starting", state_machine=machine(stack), failures=failures)

    resources = Template.from_stack(stack).to_json()["Resources"].values()
    documents = [
        resource["Properties"].get("PolicyDocument") or resource["Properties"].get("KeyPolicy")
        for resource in resources
        if resource["Type"] in ("AWS::SQS::QueuePolicy", "AWS::KMS::Key")
    ]
    open_to_all = [
        statement
        for document in documents
        for statement in document["Statement"]
        if "Service" in statement["Principal"] and "Condition" not in statement
    ]
    assert len(documents) == 3
    assert open_to_all == []


def refused(
    stack: Stack, failures: FailureChain, plain: lambda_.Function
) -> dict[str, tuple[dict[str, Any], str]]:
    elsewhere = sqs.DeadLetterQueue(queue=sqs.Queue(stack, "Pit"), max_receive_count=5)
    both = {"function": plain, "state_machine": machine(stack)}
    once = IdempotencyTable(stack, "Once")
    express = machine(stack, "Quick", state_machine_type=sfn.StateMachineType.EXPRESS)
    imported = sqs.Queue.from_queue_arn(stack, "Theirs", "arn:aws:sqs:eu-west-1:123456789012:q")
    work = Queue(stack, "Work", dead_letter_queue=failures.dead_letter_queue())
    ends = failures.dead_letter_queue()
    return {
        "none": ({}, "one of function, state_machine and queue must be given, got none"),
        "two": (both, "got function and state_machine"),
        "express": ({"state_machine": express}, "must be a standard one.*got Test/Quick"),
        "no dead letters": ({"queue": Queue(stack, "Bare")}, "must have a dead-letter queue"),
        "another's": (
            {"queue": Queue(stack, "Other", dead_letter_queue=elsewhere)},
            "which moves it to Test/Pit",
        ),
        "imported": ({"queue": imported}, "cannot be seen of an imported one"),
        "fifo": (
            {"queue": Queue(stack, "Fifo", fifo=True, dead_letter_queue=ends)},
            "queue must not be FIFO.*Test/Fifo",
        ),
        "elsewhere": (
            {"function": plain, "dead_letters_elsewhere": True},
            "dead_letters_elsewhere is for a queue only",
        ),
        "once": ({"queue": work, "once": once}, "once is for a function only"),
        "retries": (
            {"state_machine": machine(stack, "Slow"), "retry_attempts": 0},
            "retry_attempts is for a function only, got 0",
        ),
        "age": (
            {"queue": work, "max_event_age": Duration.hours(7)},
            "max_event_age must be between 1 minute and 6 hours",
        ),
    }


OF_ANY = ("none", "two", "express", "no dead letters", "another's", "imported", "fifo", "elsewhere")


@pytest.mark.parametrize(
    ("make", "case"),
    [
        *((make, case) for make in (listen, schedule) for case in OF_ANY),
        *((listen, case) for case in ("once", "retries", "age")),
    ],
)
def test_what_does_not_go_together_is_refused(
    stack: Stack, failures: FailureChain, plain: lambda_.Function, make: Make, case: str
) -> None:
    given, said = refused(stack, failures, plain)[case]

    with pytest.raises(ValueError, match=rf"{said}.*\(at Test/On\)"):
        make(stack, failures=failures, **given)


@BOTH
def test_an_imported_queue_that_somebody_looks_behind_is_taken(
    stack: Stack, failures: FailureChain, make: Make
) -> None:
    theirs = sqs.Queue.from_queue_arn(stack, "Theirs", "arn:aws:sqs:eu-west-1:123456789012:q")

    make(stack, queue=theirs, failures=failures, dead_letters_elsewhere=True)

    assert target_of(stack, make)["Arn"] == stack.resolve(theirs.queue_arn)


@BOTH
def test_failed_executions_come_back_from_one_chain(
    stack: Stack, failures: FailureChain, make: Make
) -> None:
    fulfil = machine(stack)
    make(stack, state_machine=fulfil, failures=failures)

    with pytest.raises(ValueError, match=r"which is Test/Failures for Test/Fulfil.*\(at Test/Two"):
        make(stack, "Two", state_machine=fulfil, failures=FailureChain(stack, "Others"))


@pytest.mark.parametrize("make", [listen, schedule])
def test_a_queue_with_a_customers_key_lets_who_delivers_use_it(
    stack: Stack, failures: FailureChain, make: Make
) -> None:
    work = Queue(
        stack,
        "Work",
        encryption_key=kms.Key(stack, "Key"),
        dead_letter_queue=failures.dead_letter_queue(),
    )

    make(stack, queue=work, failures=failures)

    said = str(Template.from_stack(stack).to_json())
    assert "kms:GenerateDataKey" in said


def test_a_run_is_told_what_its_task_says_beside_which_run_it_is(
    stack: Stack, failures: FailureChain, work: Queue
) -> None:
    schedule(stack, queue=work, failures=failures, input={"depth": "full", "regions": [1, 2]})

    assert target_of(stack, schedule)["Input"] == (
        '{"depth":"full","regions":[1,2],"id":"<aws.scheduler.execution-id>",'
        '"time":"<aws.scheduler.scheduled-time>"}'
    )


@pytest.mark.parametrize(
    ("input_", "said"),
    [
        ({"id": "mine"}, "must not name id"),
        ({"id": 1, "time": 2}, "must not name id or time"),
        ({"when": object()}, "must be JSON"),
        ({"depth": float("nan")}, "must be JSON"),
    ],
)
def test_an_input_that_is_none_is_refused(
    stack: Stack, failures: FailureChain, work: Queue, input_: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValueError, match=rf"input {said}.*\(at Test/On\)"):
        schedule(stack, queue=work, failures=failures, input=input_)
