"""A token is answered once, in time, and by nobody who made it up.

AWS refuses a token that it did not hand out, one whose task has ended, was answered, stopped or
timed out, and an output that is no JSON
(https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html); who may
answer is asked for the state machine that the token is of (Service Authorization Reference, AWS
Step Functions). Stock takes any answer to what it remembers, and asks for `*`. Closed by tokens
that say what they are of; an answer is on the disk before it is accepted (`_task_answers`).
"""

import json
import time
from typing import Any

from ministack.core import iam_actions
from ministack.services import stepfunctions

from blockwork.local.emulator.gaps import _saving
from blockwork.local.emulator.gaps._hooks import Answer, json_answer, json_refusal
from blockwork.local.emulator.gaps._task_answers import execution_of
from blockwork.local.emulator.gaps._tasks import Waiting, answers, waiting

Request = dict[str, Any]


def close() -> None:
    """Take answers and signs of life."""
    stepfunctions._send_task_success = _succeed
    stepfunctions._send_task_failure = _fail
    stepfunctions._send_task_heartbeat = _beat
    stock = iam_actions.extract_resource_arn

    def resource_arn(
        service: str, method: str, path: str, headers: Any, body: bytes, *more: Any
    ) -> Any:
        if service == "states":
            execution = execution_of(iam_actions._safe_json_field(body, "taskToken"))
            if execution is not None:
                return execution.replace(":execution:", ":stateMachine:").rpartition(":")[0]
        return stock(service, method, path, headers, body, *more)

    iam_actions.extract_resource_arn = resource_arn


def _succeed(request: Request) -> Answer:
    output = request.get("output", "{}")
    try:
        json.loads(output)
    except ValueError:
        return json_refusal("InvalidOutput", f"The output is no JSON: {output!r}")
    return _answer(request, {"output": output})


def _fail(request: Request) -> Answer:
    error, cause = request.get("error") or "States.TaskFailed", request.get("cause") or ""
    return _answer(request, {"error": error, "cause": cause})


def _answer(request: Request, answer: dict[str, Any]) -> Answer:
    with _saving.lock:
        found = _open(request)
        if isinstance(found, tuple):
            return found
        answer["at"] = time.time()
        answers.write(request["taskToken"], answer)
        found.work["answer"] = answer
        found.run.changed.notify_all()
    _saving.changed.set()
    return json_answer({})


def _beat(request: Request) -> Answer:
    with _saving.lock:
        found = _open(request)
        if isinstance(found, tuple):
            return found
        found.work["beat"] = time.time()
        found.run.changed.notify_all()
    return json_answer({})


def _open(request: Request) -> Waiting | Answer:
    token = request.get("taskToken")
    if execution_of(token) is None:
        return json_refusal("InvalidToken", "Invalid Token: 'Invalid token'")
    found = waiting.get(str(token))
    if found is None or not found.is_open():
        gone = "Task Timed Out: 'Provided task does not exist anymore'"
        return json_refusal("TaskTimedOut", gone)
    return found
