"""Who may answer to the token of a task, and how often."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.emulator.machines import WAITING, begin, ended, output, token_from, waiting_machine
from tests.emulator.principals import client_of_somebody, denied
from tests.emulator.support import Aws


@pytest.fixture(scope="module")
def made(aws: Aws) -> dict[str, str]:
    return aws.deploy("tokens", waiting_machine(), **WAITING)


@pytest.fixture
def token(aws: Aws, made: dict[str, str]) -> str:
    begin(aws, made["machine"])
    return token_from(aws, made["queue"])


def refused(code: str) -> Any:
    return pytest.raises(ClientError, match=code)


def test_a_token_is_answered_once(aws: Aws, made: dict[str, str]) -> None:
    states = aws.client("stepfunctions")
    execution = begin(aws, made["machine"])
    token = token_from(aws, made["queue"])
    states.send_task_success(taskToken=token, output='"first"')

    with refused("TaskTimedOut"):
        states.send_task_success(taskToken=token, output='"second"')
    with refused("TaskTimedOut"):
        states.send_task_failure(taskToken=token)
    with refused("TaskTimedOut"):
        states.send_task_heartbeat(taskToken=token)
    assert output(aws, execution) == "first"


def test_a_failure_is_an_answer(aws: Aws, made: dict[str, str]) -> None:
    execution = begin(aws, made["machine"])
    token = token_from(aws, made["queue"])

    aws.client("stepfunctions").send_task_failure(taskToken=token, error="Full", cause="no room")

    end = ended(aws, execution)
    assert (end["status"], end["error"], end["cause"]) == ("FAILED", "Full", "no room")


def test_a_token_that_nobody_handed_out_is_refused(aws: Aws) -> None:
    with refused("InvalidToken"):
        aws.client("stepfunctions").send_task_success(taskToken="made up", output="{}")


def test_an_output_that_is_no_json_is_refused_and_changes_nothing(aws: Aws, token: str) -> None:
    states = aws.client("stepfunctions")

    with refused("InvalidOutput"):
        states.send_task_success(taskToken=token, output="{")

    states.send_task_success(taskToken=token, output="{}")


def test_who_answers_is_asked_for_the_state_machine(
    aws: Aws, made: dict[str, str], token: str
) -> None:
    action = "states:SendTaskSuccess"
    others = {"Action": action, "Resource": f"{made['machine']}-other"}
    own = {"Action": action, "Resource": made["machine"]}

    with denied():
        client_of_somebody(aws, "stepfunctions", others).send_task_success(
            taskToken=token, output="{}"
        )
    client_of_somebody(aws, "stepfunctions", own).send_task_success(taskToken=token, output="{}")
