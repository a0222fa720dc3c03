"""What a task does: it calls, and waits for an answer, a child or a token to come back."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from ministack.services import stepfunctions

from blockwork.local.emulator.gaps._execution import Error, Frame, OverError, Run, Scope, plain
from blockwork.local.emulator.gaps._state_machine import (
    PERFORM,
    TIMEOUTS,
    Context,
    Outcome,
    State,
    arguments,
    concluded,
    number,
    retried,
)
from blockwork.local.emulator.gaps._task_answers import Answer, Answers, token_of

TOKEN = ".waitForTaskToken"
CHILD = "arn:aws:states:::states:startExecution.sync"
CHILD_LOOK_SECONDS = 0.2

answers = Answers()
runs: dict[str, Run] = {}
"""What is at work, by execution."""


@dataclass
class Waiting:
    """A task that waits for its token.

    :param work: what is kept of the attempt.
    """

    run: Run
    scope: Scope
    work: dict[str, Any]

    def is_open(self) -> bool:
        """Tell whether an answer can still be given."""
        return not self.scope.is_over() and "answer" not in self.work


waiting: dict[str, Waiting] = {}
"""By token."""


def _attempt(run: Run, scope: Scope, state: State, frame: Frame, context: Context) -> Outcome:
    work, resource = frame["work"], state["Resource"]
    if "result" not in work:
        try:
            _begin(run, scope, state, frame, context)
            result = plain(_result(run, scope, state, frame, context))
        except Error as failure:
            kind = "TaskTimedOut" if failure.error in TIMEOUTS else "TaskFailed"
            details = {"error": failure.error, "cause": failure.cause}
            with run.change(scope):
                run.note(frame, kind, **_kind(resource), **details)
            raise
        with run.change(scope):
            work["result"] = result
            run.note(frame, "TaskSucceeded", **_kind(resource), output=json.dumps(result))
    return concluded(state, frame, context, work["result"])


PERFORM["Task"] = retried(_attempt)


def _begin(run: Run, scope: Scope, state: State, frame: Frame, context: Context) -> None:
    """Set the limits of an attempt, which stay what they are after a restart."""
    work, resource = frame["work"], state["Resource"]
    if "name" in work:
        return
    timeout = number(state, "TimeoutSeconds", frame, context)
    heartbeat = number(state, "HeartbeatSeconds", frame, context)
    now = time.time()
    count, attempts = frame["count"], sum(work["counts"].values())
    redrives = run.record.get("redriveCount", 0)
    with run.change(scope):
        work["name"] = f"{frame['path']}/{frame['state']}.{count}.{attempts}.{redrives}"
        work["deadline"] = None if timeout is None else now + timeout
        work |= {"heartbeat": heartbeat, "beat": now}
        limits = {"timeoutInSeconds": timeout, "heartbeatInSeconds": heartbeat}
        run.note(
            frame,
            "TaskScheduled",
            **_kind(resource),
            region=run.region,
            **{name: int(limit) for name, limit in limits.items() if limit is not None},
        )


def _kind(resource: str) -> dict[str, str]:
    parts = resource.split(":")
    if parts[2] != "states" or len(parts) < 7 or parts[5] == "activity":
        return {"resourceType": parts[2], "resource": resource}
    return {"resourceType": ":".join(parts[5:-1]), "resource": parts[-1]}


def _result(run: Run, scope: Scope, state: State, frame: Frame, context: Context) -> Any:
    work, resource = frame["work"], state["Resource"]
    if resource.endswith(TOKEN) or ":activity:" in resource:
        return _called_back(run, scope, state, frame, context)
    asked = arguments(state, frame, context)
    if resource.startswith(CHILD):
        return _child(run, scope, work, resource, asked)
    return _called(run, scope, work, partial(stepfunctions._invoke_resource, resource, asked))


def _called(run: Run, scope: Scope, work: dict[str, Any], do: Callable[[], Any]) -> Any:
    (result,) = run.call(scope, do, until=lambda: work["deadline"])
    return result


def _called_back(run: Run, scope: Scope, state: State, frame: Frame, context: Context) -> Any:
    work = frame["work"]
    token = token_of(run.arn, work["name"])
    context["Task"] = {"Token": token}
    mine = waiting[token] = Waiting(run, scope, work)
    try:
        with run.change(scope):
            if "answer" not in work and (early := answers.take(token)):
                work["answer"] = early
        if "invoked" not in work and mine.is_open():
            _invoke(run, scope, state, frame, arguments(state, frame, context), token)
        if not run.wait(scope, lambda: "answer" in work, lambda: _limit(work)):
            deadline = work["deadline"]
            if deadline is not None and time.time() >= deadline:
                raise Error("States.Timeout", "No answer came within TimeoutSeconds.")
            raise Error("States.HeartbeatTimeout", "No heartbeat came within HeartbeatSeconds.")
        return _given(work["answer"])
    finally:
        waiting.pop(token, None)


def _invoke(run: Run, scope: Scope, state: State, frame: Frame, asked: Any, token: str) -> None:
    """Hand the token over, unless it comes back before that is done."""
    work, resource = frame["work"], state["Resource"].removesuffix(TOKEN)
    if ":activity:" in resource:  # a worker fetches it: after a restart, once more
        if resource not in stepfunctions._activities:
            raise Error("ActivityDoesNotExist", f"There is no activity {resource}.")
        tasks = stepfunctions._activity_tasks.setdefault(resource, [])
        tasks.append({"taskToken": token, "input": json.dumps(asked)})
        return
    do = partial(stepfunctions._invoke_resource, resource, asked)
    done = run.call(scope, do, lambda: _limit(work), lambda: "answer" in work)
    with run.change(scope):
        work["invoked"] = True
        if done:
            output = json.dumps(plain(done[0]))
            run.note(frame, "TaskSubmitted", **_kind(state["Resource"]), output=output)


def _limit(work: dict[str, Any]) -> float | None:
    """Return when the attempt is out of time, unless there is a sign of life before."""
    beat = None if work["heartbeat"] is None else work["beat"] + work["heartbeat"]
    return min((at for at in (work["deadline"], beat) if at is not None), default=None)


def _given(answer: Answer) -> Any:
    if "output" not in answer:
        raise Error(answer["error"], answer["cause"])
    return json.loads(answer["output"])


def _child(run: Run, scope: Scope, work: dict[str, Any], resource: str, asked: Any) -> Any:
    """Start an execution, and wait for its end."""
    if "child" not in work:
        name = token_of(run.arn, work["name"])[-40:].strip("=")  # the same after a crash
        request = {"Name": name, **asked}
        do = partial(stepfunctions._invoke_resource, CHILD.removesuffix(".sync"), request)
        started = _called(run, scope, work, do)
        with run.change(scope):
            work["child"] = started["ExecutionArn"]
    child = stepfunctions._executions[work["child"]]
    try:
        while child["status"] == "RUNNING":
            deadline = work["deadline"]
            run.wait(scope, until=partial(float, time.time() + CHILD_LOOK_SECONDS))
            if deadline is not None and time.time() >= deadline:
                raise Error("States.Timeout", "The execution did not end within TimeoutSeconds.")
    except OverError:
        if child["executionArn"] in runs:
            runs[child["executionArn"]].end("ABORTED")
        raise
    return _of_child(child, resource)


def _of_child(child: dict[str, Any], resource: str) -> dict[str, Any]:
    output = child["output"]
    described = {
        "ExecutionArn": child["executionArn"],
        "Input": child["input"],
        "Name": child["name"],
        "Output": json.loads(output) if output and resource.endswith(":2") else output,
        "StartDate": child["startDate"],
        "StateMachineArn": child["stateMachineArn"],
        "Status": child["status"],
        "StopDate": child["stopDate"],
    }
    if child["status"] != "SUCCEEDED":
        described |= {"Error": child.get("error"), "Cause": child.get("cause")}
        raise Error("States.TaskFailed", json.dumps(described))
    return described
