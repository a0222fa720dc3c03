"""Executions while the emulator is stopped, killed and started."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from blockwork.local.launch import Emulator
from tests.emulator.machines import (
    WAITING,
    begin,
    chained,
    describe,
    ended,
    entered,
    history,
    machine,
    machine_role,
    output,
    token_from,
    wait_for_token,
    waiting_machine,
)
from tests.emulator.noted_calls import notes, noting, noting_machine
from tests.emulator.support import Aws, eventually
from tests.emulator.test_saved_state import kill, save
from tests.emulator.test_state import start
from tests.waiting import eventually as until

EXECUTIONS = 50
ITEMS = 20


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Emulator]:
    """An emulator that saves as often as it can."""
    emulator = Emulator(tmp_path, settings={"STATE_SAVE_SECONDS": "0.05"})
    yield emulator
    emulator.stop()


def test_a_token_is_waited_for_across_a_crash_and_not_asked_for_again(mortal: Emulator) -> None:
    aws, _ = start(mortal)
    made = aws.deploy("waits", waiting_machine(), **WAITING)
    execution = begin(aws, made["machine"])
    token = token_from(aws, made["queue"])
    until(lambda: {event["type"] for event in history(aws, execution)}, until=submitted)
    save(aws, mortal)

    kill(mortal)
    start(mortal)

    assert describe(aws, execution)["status"] == "RUNNING"
    aws.client("stepfunctions").send_task_success(taskToken=token, output='{"came": "back"}')
    assert output(aws, execution) == {"came": "back"}
    assert "Messages" not in aws.client("sqs").receive_message(QueueUrl=made["queue"])


def submitted(seen: set[str]) -> bool:
    return "TaskSubmitted" in seen


def test_an_answer_that_was_accepted_is_not_lost_however_soon_the_crash(mortal: Emulator) -> None:
    aws, _ = start(mortal)
    made = aws.deploy("answered", waiting_machine(), **WAITING)
    executions = [begin(aws, made["machine"]) for _ in range(5)]
    tokens = [token_from(aws, made["queue"]) for _ in executions]
    save(aws, mortal)
    for token in tokens:
        aws.client("stepfunctions").send_task_success(taskToken=token, output='"heard"')

    kill(mortal)
    start(mortal)

    assert [output(aws, execution) for execution in executions] == ["heard"] * 5


def test_an_answer_outlasts_a_crash_that_has_forgotten_the_question(tmp_path: Path) -> None:
    seldom = Emulator(tmp_path, settings={"STATE_SAVE_SECONDS": "100000"})
    try:
        aws, _ = start(seldom)
        made = aws.deploy("forgotten", waiting_machine(), **WAITING)
        seldom.stop()  # saves, unlike what comes now
        start(seldom)
        execution = begin(aws, made["machine"], "the-same")
        token = token_from(aws, made["queue"])
        aws.client("stepfunctions").send_task_success(taskToken=token, output='"heard"')
        kill(seldom)
        start(seldom)

        assert begin(aws, made["machine"], "the-same") == execution

        assert output(aws, execution) == "heard"
    finally:
        seldom.stop()


@pytest.mark.parametrize("end", ["kill", "stop"])
def test_what_is_done_is_not_done_again_and_what_is_not_is(
    mortal: Emulator, tmp_path: Path, end: str
) -> None:
    aws, _ = start(mortal)
    gate, noted = tmp_path / "gate", tmp_path / "notes"
    states = {"First": noting("first"), "Second": noting("second", gate=str(gate))}
    made = aws.deploy("again", noting_machine(states), machine={"Ref": "Machine"})
    execution = begin(aws, made["machine"], notes=str(noted))
    eventually(lambda: notes(noted)["second"])
    save(aws, mortal)

    if end == "kill":
        kill(mortal)
    else:
        mortal.stop()
    start(mortal)

    eventually(lambda: notes(noted)["second"] == 2)
    gate.touch()
    assert output(aws, execution) == "second"
    assert notes(noted) == {"first": 1, "second": 2}


def test_branches_and_items_go_on_where_each_of_them_was(mortal: Emulator, tmp_path: Path) -> None:
    aws, _ = start(mortal)
    gate, noted = tmp_path / "gate", tmp_path / "notes"
    item = "{% $states.input %}"
    slow = {"Type": "Choice", "Choices": [{"Condition": "{% $states.input > 2 %}", "Next": "Stop"}]}
    branches = [
        chained({"Quick": noting("quick")}),
        chained({"Slow": noting("slow", gate=str(gate))}),
    ]
    each = chained(
        {
            "Note": {**noting("{% 'item-' & $string($states.input) %}"), "Output": item},
            "IsSlow": {**slow, "Default": "Done"},
            "Done": {"Type": "Pass", "End": True},
            "Stop": {**noting("held", gate=str(gate)), "Output": item},
        }
    )
    states = {
        "Fan": {"Type": "Parallel", "Branches": branches},
        "Each": {"Type": "Map", "Items": [1, 2, 3, 4], "ItemProcessor": each},
    }
    made = aws.deploy("fans", noting_machine(states), machine={"Ref": "Machine"})
    execution = begin(aws, made["machine"], notes=str(noted))
    eventually(lambda: notes(noted) == {"quick": 1, "slow": 1})
    until(lambda: len(history(aws, execution)), until=lambda seen: seen >= 9)
    save(aws, mortal)
    kill(mortal)
    start(mortal)
    eventually(lambda: notes(noted)["slow"] == 2)
    gate.touch()
    gate_of_items = eventually(lambda: notes(noted)["item-4"])

    assert output(aws, execution) == [1, 2, 3, 4]
    assert gate_of_items == 1
    assert notes(noted)["quick"] == 1


def test_a_failed_execution_is_redriven_after_a_crash(mortal: Emulator, tmp_path: Path) -> None:
    aws, _ = start(mortal)
    mended, noted = tmp_path / "mended", tmp_path / "notes"
    states = {"First": noting("first"), "Second": noting("second", mended=str(mended))}
    made = aws.deploy("redriven", noting_machine(states), machine={"Ref": "Machine"})
    execution = begin(aws, made["machine"], notes=str(noted))
    assert ended(aws, execution)["status"] == "FAILED"
    save(aws, mortal)
    kill(mortal)
    start(mortal)
    mended.touch()

    aws.client("stepfunctions").redrive_execution(executionArn=execution)

    assert output(aws, execution) == "second"
    assert notes(noted) == {"first": 1, "second": 2}


def test_a_pause_ends_when_it_should_have(mortal: Emulator) -> None:
    aws, _ = start(mortal)
    states = {"Pause": {"Type": "Wait", "Seconds": 2}, "After": {"Type": "Pass", "Output": "up"}}
    resources = {"MachineRole": machine_role(), "Machine": machine(states)}
    made = aws.deploy("pauses", resources, machine={"Ref": "Machine"})
    execution = begin(aws, made["machine"])
    entered(aws, execution, "Pause")
    save(aws, mortal)

    kill(mortal)
    start(mortal)

    assert output(aws, execution) == "up"
    moments = [event["timestamp"] for event in history(aws, execution)]
    assert moments == sorted(moments)


def test_many_executions_with_many_items_come_to_their_end_through_crashes(
    mortal: Emulator,
) -> None:
    aws, _ = start(mortal)
    put = {
        "Type": "Task",
        "Resource": "arn:aws:states:::dynamodb:putItem",
        "Arguments": {
            "TableName": "${Table}",
            "Item": {"id": {"S": "{% $states.context.Execution.Name & $states.input %}"}},
        },
        "Output": "{% $states.input %}",
    }
    states = {
        "Ask": wait_for_token(Output="{% $states.result %}"),
        "Each": {
            "Type": "Map",
            "Items": "{% $states.input %}",
            "ItemProcessor": chained({"Put": put}),
        },
    }
    resources = waiting_machine()
    resources["MachineRole"] = machine_role("sqs:SendMessage", "dynamodb:PutItem")
    resources["Table"] = {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
    }
    substitutions = {"Queue": {"Ref": "Queue"}, "Table": {"Ref": "Table"}}
    resources["Machine"] = machine(states, DefinitionSubstitutions=substitutions)
    made = aws.deploy("many", resources, **WAITING, table={"Ref": "Table"})
    items = [f"-{number}" for number in range(ITEMS)]
    with ThreadPoolExecutor(8) as pool:
        executions = list(pool.map(lambda _: begin(aws, made["machine"]), range(EXECUTIONS)))
        tokens = list(pool.map(lambda _: token_from(aws, made["queue"]), executions))
    save(aws, mortal)
    for number, token in enumerate(tokens):
        if number in (10, 30):
            kill(mortal)
            start(mortal)
        aws.client("stepfunctions").send_task_success(taskToken=token, output=json.dumps(items))
    kill(mortal)
    start(mortal)

    assert [output(aws, execution) for execution in executions] == [items] * EXECUTIONS
    assert count(aws, made["table"]) == EXECUTIONS * ITEMS


def count(aws: Aws, table: str) -> int:
    pages = aws.client("dynamodb").get_paginator("scan").paginate(TableName=table)
    return sum(page["Count"] for page in pages)
