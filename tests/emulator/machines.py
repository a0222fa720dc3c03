"""State machines that tests deploy, and what they see of their executions."""

import json
from typing import Any

from tests.emulator.support import Aws, eventually, received
from tests.waiting import eventually as until

SEND_AND_WAIT = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
INVOKE = "arn:aws:states:::lambda:invoke"
TOKEN = "{% $states.context.Task.Token %}"


def machine_role(*actions: str, service: str = "states.amazonaws.com") -> dict[str, Any]:
    """Return a role for a state machine, allowed `actions` on everything."""
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    properties: dict[str, Any] = {
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]}
    }
    if actions:
        may = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        document = {"Version": "2012-10-17", "Statement": [may]}
        properties["Policies"] = [{"PolicyName": "Allowed", "PolicyDocument": document}]
    return {"Type": "AWS::IAM::Role", "Properties": properties}


def machine(states: dict[str, Any], **properties: Any) -> dict[str, Any]:
    """Return a state machine that begins with the first of its states and ends with the last.

    Its role is the resource `MachineRole`. A state goes on to the next one, if it says nothing.
    """
    return {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {
            "RoleArn": {"Fn::GetAtt": ["MachineRole", "Arn"]},
            "Definition": {"QueryLanguage": "JSONata", **chained(states)},
            **properties,
        },
    }


def chained(states: dict[str, Any]) -> dict[str, Any]:
    """Return a machine, or a branch, in which one state follows the other."""
    names = list(states)
    chain = {}
    for name, after in zip(names, [*names[1:], None], strict=True):
        state = states[name]
        leads = {"Next", "End"} & state.keys() or state["Type"] in ("Choice", "Fail", "Succeed")
        onwards = {} if leads else {"Next": after} if after else {"End": True}
        chain[name] = {**state, **onwards}
    return {"StartAt": names[0], "States": chain}


def wait_for_token(**more: Any) -> dict[str, Any]:
    """Return the state that sends its token to the queue `Queue`, and waits for it to come back."""
    body = {"token": TOKEN, "input": "{% $states.input %}"}
    arguments = {"QueueUrl": "${Queue}", "MessageBody": body}
    return {"Type": "Task", "Resource": SEND_AND_WAIT, "Arguments": arguments, **more}


def waiting_machine(**more: Any) -> dict[str, Any]:
    """Return the resources of a machine that does nothing but wait for its token."""
    return {
        "Queue": {"Type": "AWS::SQS::Queue"},
        "MachineRole": machine_role("sqs:SendMessage"),
        "Machine": machine(
            {"Ask": wait_for_token(**more)},
            DefinitionSubstitutions={"Queue": {"Ref": "Queue"}},
        ),
    }


WAITING: dict[str, Any] = {"machine": {"Ref": "Machine"}, "queue": {"Ref": "Queue"}}
"""Outputs."""


def begin(aws: Aws, machine: str, name: str | None = None, **given: Any) -> str:
    """Start an execution, and return its ARN."""
    named = {"name": name} if name else {}
    started = aws.client("stepfunctions").start_execution(
        stateMachineArn=machine, input=json.dumps(given), **named
    )
    return str(started["executionArn"])


def token_from(aws: Aws, queue: str) -> str:
    """Wait for the token of a task, and return it."""
    return str(received(aws, queue)["body"]["token"])


def describe(aws: Aws, execution: str) -> dict[str, Any]:
    described = aws.client("stepfunctions").describe_execution(executionArn=execution)
    return dict(described)


def history(aws: Aws, execution: str) -> list[dict[str, Any]]:
    pages = aws.client("stepfunctions").get_paginator("get_execution_history")
    answers = pages.paginate(executionArn=execution)
    return [event for answer in answers for event in answer["events"]]


def ended(aws: Aws, execution: str) -> dict[str, Any]:
    """Wait until an execution has ended, and return what there is to say about it."""

    def look() -> tuple[str, int]:
        return str(describe(aws, execution)["status"]), len(history(aws, execution))

    until(look, until=lambda seen: seen[0] != "RUNNING")
    return describe(aws, execution)


def output(aws: Aws, execution: str) -> Any:
    """Wait until an execution has succeeded, and return its output."""
    end = ended(aws, execution)
    assert end["status"] == "SUCCEEDED", end
    return json.loads(end["output"])


def entered(aws: Aws, execution: str, state: str) -> None:
    """Wait until an execution has come to a state."""

    def has_come() -> bool:
        names = [
            event["stateEnteredEventDetails"]["name"]
            for event in history(aws, execution)
            if "stateEnteredEventDetails" in event
        ]
        return state in names

    eventually(has_come)
