"""Executions that go on where they failed."""

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.emulator.machines import (
    WAITING,
    begin,
    chained,
    describe,
    ended,
    history,
    machine,
    machine_role,
    output,
    token_from,
    waiting_machine,
)
from tests.emulator.noted_calls import notes, noting, noting_machine
from tests.emulator.principals import client_of_somebody, denied
from tests.emulator.support import Aws


def redrive(aws: Aws, execution: str) -> None:
    aws.client("stepfunctions").redrive_execution(executionArn=execution)


def test_an_execution_goes_on_at_the_state_it_failed_in(aws: Aws, tmp_path: Path) -> None:
    mended, noted = tmp_path / "mended", tmp_path / "notes"
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    states = {
        "First": {**noting("first"), "Assign": {"known": "{% $states.result.Payload %}"}},
        "Second": {**noting("second", mended=str(mended)), "Retry": retry},
        "Third": {"Type": "Pass", "Output": "{% $known %}"},
    }
    made = aws.deploy("redriven", noting_machine(states), machine={"Ref": "Machine"})
    execution = begin(aws, made["machine"], notes=str(noted))
    failed = ended(aws, execution)
    redrive(aws, execution)
    again = ended(aws, execution)
    mended.touch()

    redrive(aws, execution)

    assert (failed["status"], failed["redriveStatus"]) == ("FAILED", "REDRIVABLE")
    assert (again["status"], again["redriveCount"]) == ("FAILED", 1)
    assert output(aws, execution) == "first"
    end = describe(aws, execution)
    assert (end["redriveCount"], end["redriveStatus"]) == (2, "NOT_REDRIVABLE")
    assert "error" not in end
    assert notes(noted) == {"first": 1, "second": 5}  # twice, twice again, and once more
    types = [event["type"] for event in history(aws, execution)]
    assert types.count("ExecutionRedriven") == 2
    assert types[-1] == "ExecutionSucceeded"


def test_items_that_succeeded_are_not_worked_off_again(aws: Aws, tmp_path: Path) -> None:
    mended, noted = tmp_path / "mended", tmp_path / "notes"
    name = "{% 'item-' & $string($states.input) %}"
    each = {
        "IsBad": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $states.input = 3 %}", "Next": "Bad"}],
            "Default": "Good",
        },
        "Good": {**noting(name), "End": True},
        "Bad": noting(name, mended=str(mended)),
    }
    items = {
        "Type": "Map",
        "Items": [1, 2, 3, 4],
        "MaxConcurrency": 1,
        "ItemProcessor": chained(each),
    }
    made = aws.deploy("items", noting_machine({"Each": items}), machine={"Ref": "Machine"})
    execution = begin(aws, made["machine"], notes=str(noted))
    assert ended(aws, execution)["error"] == "RuntimeError"
    mended.touch()

    redrive(aws, execution)

    assert output(aws, execution) == [f"item-{number}" for number in (1, 2, 3, 4)]
    assert notes(noted) == {"item-1": 1, "item-2": 1, "item-3": 2, "item-4": 1}


@pytest.mark.parametrize("why", ["stopped", "out of time"])
def test_a_task_that_had_waited_waits_again_on_a_new_token(aws: Aws, why: str) -> None:
    limit: dict[str, int] = {"TimeoutSeconds": 2} if why == "out of time" else {}
    resources = waiting_machine()
    resources["Machine"]["Properties"]["Definition"] |= limit
    made = aws.deploy(f"waits-again-{why.replace(' ', '-')}", resources, **WAITING)
    states = aws.client("stepfunctions")
    execution = begin(aws, made["machine"])
    before = token_from(aws, made["queue"])
    if why == "stopped":
        states.stop_execution(executionArn=execution)
    ended(aws, execution)

    redrive(aws, execution)

    after = token_from(aws, made["queue"])
    assert after != before
    with pytest.raises(ClientError, match="TaskTimedOut"):
        states.send_task_success(taskToken=before, output='"before"')
    if why == "stopped":
        states.send_task_success(taskToken=after, output='"after"')
        assert output(aws, execution) == "after"
    else:
        end = ended(aws, execution)
        assert end["status"] == "TIMED_OUT"
        assert (end["stopDate"] - end["redriveDate"]).total_seconds() >= limit["TimeoutSeconds"]


@pytest.mark.parametrize("kind", ["RUNNING", "SUCCEEDED", "EXPRESS"])
def test_what_cannot_be_redriven_is_refused_with_the_reason(aws: Aws, kind: str) -> None:
    resources = waiting_machine()
    if kind == "EXPRESS":
        broken = {"Bad": {"Type": "Fail", "Error": "Bad"}}
        resources["Machine"] = machine(broken, StateMachineType="EXPRESS")
    made = aws.deploy(f"refused-{kind}", resources, **WAITING)
    execution = begin(aws, made["machine"])
    if kind == "SUCCEEDED":
        token = token_from(aws, made["queue"])
        aws.client("stepfunctions").send_task_success(taskToken=token, output="{}")
    if kind != "RUNNING":
        ended(aws, execution)

    with pytest.raises(ClientError, match=f"ExecutionNotRedrivable.*{kind}"):
        redrive(aws, execution)


def test_nobody_redrives_what_there_is_not(aws: Aws) -> None:
    with pytest.raises(ClientError, match="ExecutionDoesNotExist"):
        redrive(aws, "arn:aws:states:eu-west-2:000000000000:execution:none:none")


def test_who_redrives_is_asked_for_the_execution(aws: Aws) -> None:
    broken: dict[str, Any] = {"Bad": {"Type": "Fail", "Error": "Bad"}}
    resources = {"MachineRole": machine_role(), "Machine": machine(broken)}
    made = aws.deploy("asked", resources, machine={"Ref": "Machine"})
    execution = begin(aws, made["machine"])
    ended(aws, execution)
    action = "states:RedriveExecution"
    executions = made["machine"].replace(":stateMachine:", ":execution:")

    with denied():
        other = {"Action": action, "Resource": f"{executions}-other:*"}
        client_of_somebody(aws, "stepfunctions", other).redrive_execution(executionArn=execution)
    own = {"Action": action, "Resource": f"{executions}:*"}
    client_of_somebody(aws, "stepfunctions", own).redrive_execution(executionArn=execution)
    assert ended(aws, execution)["redriveCount"] == 1
