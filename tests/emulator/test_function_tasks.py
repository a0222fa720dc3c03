"""Tasks that invoke functions."""

import json
from pathlib import Path
from typing import Any

from tests.emulator.machines import INVOKE, begin, ended, output
from tests.emulator.noted_calls import notes, noting, noting_machine
from tests.emulator.support import Aws, eventually
from tests.waiting import settled

MACHINE: dict[str, Any] = {"machine": {"Ref": "Machine"}}


def test_a_throttled_function_fails_its_task_by_the_name_that_a_retry_has(
    aws: Aws, tmp_path: Path
) -> None:
    outputs = {**MACHINE, "function": {"Ref": "Function"}}
    made = aws.deploy("throttled", noting_machine({"Call": noting("never")}), **outputs)
    aws.client("lambda").put_function_concurrency(
        FunctionName=made["function"], ReservedConcurrentExecutions=0
    )

    end = ended(aws, begin(aws, made["machine"], notes=str(tmp_path / "notes")))

    assert end["error"] == "Lambda.TooManyRequestsException"


def test_nobody_waits_for_a_function_that_is_invoked_with_the_type_event(
    aws: Aws, tmp_path: Path
) -> None:
    gate, noted = tmp_path / "gate", tmp_path / "notes"
    payload = {"name": "later", "notes": str(noted), "gate": str(gate)}
    arguments = {"FunctionName": "${Function}", "InvocationType": "Event", "Payload": payload}
    state = {"Type": "Task", "Resource": INVOKE, "Arguments": arguments}
    made = aws.deploy("not-waited-for", noting_machine({"Call": state}), **MACHINE)

    assert output(aws, begin(aws, made["machine"])) == {"StatusCode": 202}

    eventually(lambda: notes(noted)["later"])
    gate.touch()


def test_the_error_of_a_function_is_its_own_and_its_cause_can_be_read(
    aws: Aws, tmp_path: Path
) -> None:
    state = noting("bad", mended=str(tmp_path / "never"))
    made = aws.deploy("its-own-error", noting_machine({"Call": state}), **MACHINE)

    end = ended(aws, begin(aws, made["machine"], notes=str(tmp_path / "notes")))

    assert end["error"] == "RuntimeError"
    assert json.loads(end["cause"])["errorMessage"] == "not mended"


def test_functions_of_many_executions_take_their_turns(aws: Aws, tmp_path: Path) -> None:
    gate, noted = tmp_path / "gate", tmp_path / "notes"
    states = {"Call": noting("called", gate=str(gate))}
    made = aws.deploy("turns", noting_machine(states), **MACHINE)

    executions = [begin(aws, made["machine"], notes=str(noted)) for _ in range(10)]

    eventually(lambda: notes(noted)["called"] == 8)
    assert settled(lambda: notes(noted)["called"]) == 8
    gate.touch()
    assert [output(aws, execution) for execution in executions] == ["called"] * 10
