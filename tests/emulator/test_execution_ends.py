"""How executions and their tasks end: stopped, out of time, tried again."""

import json
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.emulator.machines import (
    INVOKE,
    TOKEN,
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
    wait_for_token,
    waiting_machine,
)
from tests.emulator.support import Aws, function, received, role

TIMED_OUT = {
    "Type": "AWS::Events::Rule",
    "Properties": {
        "EventPattern": {
            "source": ["aws.states"],
            "detail-type": ["Step Functions Execution Status Change"],
            "detail": {
                "status": ["TIMED_OUT", "ABORTED"],
                "stateMachineArn": [{"Ref": "Machine"}],
            },
        },
        "Targets": [{"Id": "Ends", "Arn": {"Fn::GetAtt": ["Ends", "Arn"]}}],
    },
}
ENDS: dict[str, Any] = {
    "Ends": {"Type": "AWS::SQS::Queue"},
    "EndsPolicy": {
        "Type": "AWS::SQS::QueuePolicy",
        "Properties": {
            "Queues": [{"Ref": "Ends"}],
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "events.amazonaws.com"},
                        "Action": "sqs:SendMessage",
                        "Resource": "*",
                    }
                ],
            },
        },
    },
    "Rule": TIMED_OUT,
}


def with_definition(resources: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Return resources whose machine has more members at its top."""
    made: dict[str, Any] = json.loads(json.dumps(resources))
    made["Machine"]["Properties"]["Definition"] |= members
    return made


def test_a_stopped_execution_ends_at_once_with_all_that_waits(aws: Aws) -> None:
    branch = chained({"Ask": wait_for_token()})
    states = {
        "Each": {"Type": "Map", "Items": [1, 2], "ItemProcessor": branch},
    }
    resources = {**waiting_machine(), **ENDS}
    substitutions = {"Queue": {"Ref": "Queue"}}
    resources["Machine"] = machine(states, DefinitionSubstitutions=substitutions)
    made = aws.deploy("stopped", resources, **WAITING, ends={"Ref": "Ends"})
    execution = begin(aws, made["machine"])
    tokens = [token_from(aws, made["queue"]) for _ in range(2)]
    states_api = aws.client("stepfunctions")

    states_api.stop_execution(executionArn=execution, error="Changed", cause="my mind")

    end = describe(aws, execution)
    assert (end["status"], end["error"], end["cause"]) == ("ABORTED", "Changed", "my mind")
    for token in tokens:
        with pytest.raises(ClientError, match="TaskTimedOut"):
            states_api.send_task_success(taskToken=token, output="{}")
    told = received(aws, made["ends"])["body"]["detail"]
    assert (told["status"], told["error"]) == ("ABORTED", "Changed")
    assert history(aws, execution)[-1]["type"] == "ExecutionAborted"


def test_an_execution_that_is_out_of_time_says_so_on_the_bus(aws: Aws) -> None:
    resources = with_definition({**waiting_machine(), **ENDS}, TimeoutSeconds=1)
    made = aws.deploy("out-of-time", resources, **WAITING, ends={"Ref": "Ends"})

    execution = begin(aws, made["machine"])

    assert ended(aws, execution)["status"] == "TIMED_OUT"
    assert history(aws, execution)[-1]["type"] == "ExecutionTimedOut"
    told = received(aws, made["ends"])["body"]["detail"]
    assert (told["executionArn"], told["status"]) == (execution, "TIMED_OUT")
    assert told["redriveStatus"] == "REDRIVABLE"


@pytest.mark.parametrize("limit", ["TimeoutSeconds", "HeartbeatSeconds"])
@pytest.mark.parametrize("written", [1, "{% $states.input.seconds %}"])
def test_a_task_has_its_limits_as_a_number_or_an_expression(
    aws: Aws, limit: str, written: Any
) -> None:
    resources = waiting_machine(**{limit: written})
    made = aws.deploy(f"limit-{limit}", resources, **WAITING)

    execution = begin(aws, made["machine"], seconds=1)

    end = ended(aws, execution)
    error = {"TimeoutSeconds": "States.Timeout", "HeartbeatSeconds": "States.HeartbeatTimeout"}
    assert (end["status"], end["error"]) == ("FAILED", error[limit])
    assert "TaskTimedOut" in [event["type"] for event in history(aws, execution)]
    with pytest.raises(ClientError, match="TaskTimedOut"):
        aws.client("stepfunctions").send_task_success(
            taskToken=token_from(aws, made["queue"]), output="{}"
        )


def test_a_task_that_gives_signs_of_life_goes_on(aws: Aws) -> None:
    made = aws.deploy("alive", waiting_machine(HeartbeatSeconds=30), **WAITING)
    execution = begin(aws, made["machine"])
    token = token_from(aws, made["queue"])

    aws.client("stepfunctions").send_task_heartbeat(taskToken=token)

    aws.client("stepfunctions").send_task_success(taskToken=token, output='"alive"')
    assert output(aws, execution) == "alive"


def test_a_caught_timeout_of_heartbeats_is_one_of_timeouts(aws: Aws) -> None:
    catch = [{"ErrorEquals": ["States.Timeout"], "Next": "Late"}]
    states = {
        "Ask": wait_for_token(HeartbeatSeconds=1, Catch=catch),
        "Early": {"Type": "Succeed"},
        "Late": {"Type": "Pass", "Output": "late"},
    }
    resources = waiting_machine()
    resources["Machine"] = machine(states, DefinitionSubstitutions={"Queue": {"Ref": "Queue"}})
    made = aws.deploy("caught", resources, **WAITING)

    assert output(aws, begin(aws, made["machine"])) == "late"


def test_a_function_that_does_not_take_the_token_fails_the_task(aws: Aws) -> None:
    arguments = {"FunctionName": "${Function}", "Payload": {"token": TOKEN}}
    state = {"Type": "Task", "Resource": f"{INVOKE}.waitForTaskToken", "Arguments": arguments}
    source = "def handler(event, context): raise LookupError('nobody home')"
    resources = {
        "Role": role(),
        "Function": function(source),
        "MachineRole": machine_role("lambda:InvokeFunction"),
        "Machine": machine(
            {"Ask": state},
            DefinitionSubstitutions={"Function": {"Fn::GetAtt": ["Function", "Arn"]}},
        ),
    }
    made = aws.deploy("not-taken", resources, machine={"Ref": "Machine"})

    end = ended(aws, begin(aws, made["machine"]))

    assert (end["status"], end["error"]) == ("FAILED", "LookupError")
    assert json.loads(end["cause"])["errorMessage"] == "nobody home"


def test_each_attempt_has_a_token_of_its_own(aws: Aws) -> None:
    retry = [{"ErrorEquals": ["Again"], "IntervalSeconds": 1, "BackoffRate": 1, "MaxAttempts": 1}]
    made = aws.deploy("retried", waiting_machine(Retry=retry), **WAITING)
    states = aws.client("stepfunctions")
    execution = begin(aws, made["machine"])
    first = token_from(aws, made["queue"])
    states.send_task_failure(taskToken=first, error="Again")

    second = token_from(aws, made["queue"])

    assert second != first
    with pytest.raises(ClientError, match="TaskTimedOut"):
        states.send_task_success(taskToken=first, output='"first"')
    states.send_task_success(taskToken=second, output='"second"')
    assert output(aws, execution) == "second"


@pytest.mark.parametrize("more", [{"MaxDelaySeconds": 1}, {"JitterStrategy": "FULL"}])
def test_the_delay_of_a_retry_has_a_bound_and_may_be_any_up_to_it(
    aws: Aws, more: dict[str, Any]
) -> None:
    interval = 1000 if "MaxDelaySeconds" in more else 4
    retry = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": interval, "MaxAttempts": 2}
    retry |= {"BackoffRate": 1, **more}
    resources = {
        "MachineRole": machine_role(),
        "Machine": machine(
            {
                "Call": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:::sqs:sendMessage",
                    "Arguments": {"QueueUrl": "http://nowhere/0/none", "MessageBody": "it"},
                    "Retry": [retry],
                }
            }
        ),
    }
    made = aws.deploy(f"delays-{'-'.join(more)}", resources, machine={"Ref": "Machine"})

    executions = [begin(aws, made["machine"]) for _ in range(5)]

    delays = []
    for execution in executions:
        assert ended(aws, execution)["status"] == "FAILED"
        moments = [
            event["timestamp"]
            for event in history(aws, execution)
            if event["type"] == "TaskScheduled"
        ]
        assert len(moments) == 3
        delays += gaps_of(moments)
    assert min(delays) < interval


def gaps_of(moments: list[datetime]) -> list[float]:
    return [(after - before).total_seconds() for before, after in pairwise(moments)]
