"""RedriveExecution.

AWS lets an execution that failed, was stopped or timed out go on at the state in which it did,
under the same ARN, with the results of what succeeded before, in branches too, and with all its
time and retries anew (https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html).
Stock knows no such action. Closed by going on from the frames that an execution keeps. It acts as
the role that its state machine has by now.
"""

import asyncio
import json
import threading
import time
from typing import Any

from ministack.core.responses import now_iso
from ministack.services import stepfunctions

from blockwork.local.emulator.gaps import _saving
from blockwork.local.emulator.gaps._execution import Record
from blockwork.local.emulator.gaps._hooks import Answer, json_answer, json_refusal
from blockwork.local.emulator.gaps._redrives import why_not
from blockwork.local.emulator.gaps._state_machine import revive
from blockwork.local.emulator.gaps._tasks import runs
from blockwork.local.emulator.gaps.lasting_executions import run_of, work

ACTION = "AWSStepFunctions.RedriveExecution"


def close() -> None:
    """Answer to the action."""
    stock = stepfunctions.handle_request

    async def handle(method: str, path: str, headers: Any, body: bytes, query: Any) -> Answer:
        is_ours = headers.get("x-amz-target") == ACTION
        answer: Answer = (
            stepfunctions._finalize_response(await _redrive(json.loads(body)))
            if is_ours
            else await stock(method, path, headers, body, query)
        )
        return answer

    stepfunctions.handle_request = handle


async def _redrive(request: dict[str, Any]) -> Answer:
    arn, token = request.get("executionArn"), request.get("clientToken")
    record = stepfunctions._executions.get(arn)
    if record is None:
        return json_refusal("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'")
    if token is not None and token == record.get("redriveToken"):
        return json_answer({"redriveDate": record["redriveDate"]})
    reason = why_not(record)
    if reason is not None:
        return json_refusal("ExecutionNotRedrivable", reason)
    while arn in runs:  # it has ended, and is about to say so
        await asyncio.sleep(0.01)
    with _saving.lock:
        _make_ready(record, token)
        run = run_of(record)
        run.note(run.frame, "ExecutionRedriven", redriveCount=record["redriveCount"])
    _saving.changed.set()
    stepfunctions._emit_execution_status_event(record)
    threading.Thread(target=work, args=(run,), daemon=True).start()
    return json_answer({"redriveDate": record["redriveDate"]})


def _make_ready(record: Record, token: str | None) -> None:
    for gone in ("error", "cause", "announced"):
        record.pop(gone, None)
    record |= {"status": "RUNNING", "stopDate": None, "redriveToken": token}
    record |= {"redriveCount": record.get("redriveCount", 0) + 1, "redriveDate": now_iso()}
    machine = stepfunctions._state_machines[record["stateMachineArn"]]
    record["roleArn"] = machine["roleArn"]
    if "timeout" in record:
        record["deadline"] = time.time() + record["timeout"]
    revive(record["frame"])
