"""How a state machine, or a branch of one, is worked off from where its frame says.

Expressions, paths, and what states without side effects do, are MiniStack's.
"""

import contextvars
import json
import random
import time
from collections.abc import Callable
from typing import Any

from ministack.core.responses import now_iso
from ministack.services import stepfunctions

from blockwork.local.emulator.gaps._execution import Error, Frame, Run, Scope, plain

State = dict[str, Any]
Context = dict[str, Any]
Outcome = tuple[Any, str | None]
Perform = Callable[[Run, Scope, State, Frame, Context], Outcome]

MOST_BYTES = 256 * 1024  # of a state's input or output, by AWS's quotas
TIMEOUTS = ("States.Timeout", "States.HeartbeatTimeout")
TERMINAL = ("States.Runtime", "States.DataLimitExceeded")

sleeping: contextvars.ContextVar[Callable[[float], None] | None] = contextvars.ContextVar(
    "sleeping", default=None
)


def frame_at(machine: dict[str, Any], given: Any, path: str, **more: Any) -> Frame:
    """Return the frame of a machine that has not begun.

    :param path: names it within the execution.
    """
    return {
        "path": path, "state": machine["StartAt"], "input": given, "variables": {}, "count": 0,
        **more,
    }  # fmt: skip


def work_off(run: Run, scope: Scope, machine: dict[str, Any], frame: Frame) -> Any:
    """Work a machine off to its end, and return its output.

    :raises Error: with which it fails.
    :raises OverError: if there is nothing to work for any more.
    """
    while "result" not in frame:
        state = machine["States"].get(frame["state"])
        if state is None:
            raise Error("States.Runtime", f"There is no state {frame['state']!r}.")
        _enter(run, scope, state, frame)
        context = _context(run, frame)
        if state["Type"] == "Fail":
            raise Error(*stepfunctions._fail_state_error(state, frame["input"], context))
        perform = PERFORM.get(state["Type"])
        if perform is None:
            raise Error("States.Runtime", f"There is no type of states {state['Type']!r}.")
        output, following = perform(run, scope, state, frame, context)
        _leave(run, scope, state, frame, context, plain(output), following)
    return frame["result"]


def _enter(run: Run, scope: Scope, state: State, frame: Frame) -> None:
    run.look_for_machine()
    with run.change(scope):
        if "entered" not in frame:
            frame["entered"] = now_iso()
            frame["count"] += 1
            details = {"name": frame["state"], "input": json.dumps(frame["input"])}
            run.note(frame, f"{state['Type']}StateEntered", **details)


def _leave(
    run: Run,
    scope: Scope,
    state: State,
    frame: Frame,
    context: Context,
    output: Any,
    to: str | None,
) -> None:
    text = json.dumps(output)
    if len(text.encode()) > MOST_BYTES:
        raise Error(
            "States.DataLimitExceeded",
            f"The state {frame['state']!r} returned more than {MOST_BYTES} bytes.",
        )
    variables = plain(context["variables"])
    with run.change(scope):
        run.note(frame, f"{state['Type']}StateExited", name=frame["state"], output=text)
        for done in ("entered", "work", "until"):
            frame.pop(done, None)
        if to is None:
            for done in ("state", "input", "variables", "context"):
                frame.pop(done, None)
            frame["result"] = output
        else:
            frame.update(state=to, input=output, variables=variables)


def _context(run: Run, frame: Frame) -> Context:
    record = run.record
    name = run.machine.rpartition(":")[2]
    return {
        "QueryLanguage": run.definition.get("QueryLanguage", "JSONPath"),
        "Execution": {
            "Id": run.arn,
            "Input": run.input,
            "Name": record["name"],
            "RoleArn": record.get("roleArn"),
            "StartTime": record["startDate"],
            "RedriveCount": record.get("redriveCount", 0),
            **({"RedriveTime": record["redriveDate"]} if "redriveDate" in record else {}),
        },
        "StateMachine": {"Id": run.machine, "Name": name},
        "State": {"Name": frame["state"], "EnteredTime": frame["entered"], "RetryCount": 0},
        "variables": dict(frame["variables"]),
        **frame.get("context", {}),
    }


def is_jsonata(state: State, context: Context) -> bool:
    """Tell whether the state's expressions are JSONata, not paths."""
    return bool(stepfunctions._state_query_language(state, context) == "JSONata")


def arguments(state: State, frame: Frame, context: Context) -> Any:
    """Return what a state hands to what it calls, or to its branches."""
    if is_jsonata(state, context):
        return plain(stepfunctions._apply_jsonata_arguments(state, frame["input"], context))
    given = stepfunctions._apply_input_path(state, frame["input"], context)
    return stepfunctions._apply_parameters(state, given, context)


def concluded(state: State, frame: Frame, context: Context, result: Any) -> Outcome:
    """Return what a state makes of what it got, and where it goes from there."""
    given, following = frame["input"], stepfunctions._next_or_end(state)
    if is_jsonata(state, context):
        output = stepfunctions._apply_jsonata_output(
            state, given, context, result=result, default=result
        )
        stepfunctions._apply_state_assign(state, given, context, result=result)
        return output, following
    output = stepfunctions._apply_result_selector(state, result)
    output = stepfunctions._apply_result_path(state, given, output)
    return stepfunctions._apply_output_path(state, output, context), following


def number(state: State, name: str, frame: Frame, context: Context) -> float | None:
    """Return a field that is a number, an expression or, by its Path, a reference to one."""
    if f"{name}Path" in state:
        given = stepfunctions._apply_input_path(state, frame["input"], context)
        found = stepfunctions._resolve_path_or_ctx(state[f"{name}Path"], given, context)
        if not stepfunctions._is_num(found):
            raise Error("States.Runtime", f"{name}Path must refer to a number, got {found!r}.")
        return float(found)
    if name not in state:
        return None
    if is_jsonata(state, context):
        found = stepfunctions._jsonata_state_field(state, name, "number", frame["input"], context)
        return float(found)
    return float(state[name])


def retried(perform: Perform) -> Perform:
    """Let a state's Retry and Catch have their say about what it does.

    What an attempt has done so far is the frame's `work`, which each attempt begins anew, except
    for how often each retrier was used.
    """

    def attempts(run: Run, scope: Scope, state: State, frame: Frame, context: Context) -> Outcome:
        while True:
            _begin_attempt(run, scope, frame)
            context["State"]["RetryCount"] = sum(frame["work"]["counts"].values())
            try:
                return perform(run, scope, state, frame, context)
            except Error as failure:
                outcome = _after_failure(run, scope, state, frame, context, failure)
                if outcome is not None:
                    return outcome

    return attempts


def _begin_attempt(run: Run, scope: Scope, frame: Frame) -> None:
    due = frame.get("work", {}).get("due")
    if due is not None:
        run.wait(scope, until=lambda: due)
    with run.change(scope):
        if "work" not in frame or due is not None:
            frame["work"] = {"counts": frame.get("work", {}).get("counts", {})}


def _after_failure(
    run: Run, scope: Scope, state: State, frame: Frame, context: Context, failure: Error
) -> Outcome | None:
    counts = frame["work"]["counts"]
    retriers = state.get("Retry", [])
    retrier, index = stepfunctions._find_matching_retrier(retriers, failure.error, counts)
    if retrier is not None:
        with run.change(scope):
            frame["work"]["due"] = time.time() + _delay(retrier, counts.get(index, 0))
            counts[index] = counts.get(index, 0) + 1
        return None
    catcher = stepfunctions._find_matching_catcher(state.get("Catch", []), failure.error)
    if catcher is None:
        raise failure
    language = stepfunctions._state_query_language(state, context)
    caught = {"Error": failure.error, "Cause": failure.cause}
    given = frame["input"]
    output = stepfunctions._apply_catcher(catcher, given, context, language, caught)
    return output, catcher["Next"]


def _delay(retrier: dict[str, Any], count: int) -> float:
    """Return the seconds until the next attempt."""
    seconds = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** count
    seconds = min(seconds, retrier.get("MaxDelaySeconds", seconds))
    if retrier.get("JitterStrategy") == "FULL":
        seconds = random.uniform(0, seconds)
    return float(seconds * stepfunctions._SFN_WAIT_SCALE)


def matches(names: list[str], error: str) -> bool:
    """Tell whether a retrier's or catcher's ErrorEquals has an error."""
    if error in names or (error in TIMEOUTS and "States.Timeout" in names):
        return True
    if error in TERMINAL:
        return False
    return "States.ALL" in names or ("States.TaskFailed" in names and error not in TIMEOUTS)


def revive(frame: Frame) -> None:
    """Let a machine that failed go on at the state that it failed in, as if it had just come there.

    Branches that have come to their end keep their results.
    """
    work = frame.pop("work", {})
    frame.pop("until", None)
    if "branches" in work:
        frame["work"] = {"counts": {}, "branches": work["branches"]}
        for branch in work["branches"]:
            revive(branch)


def _wait(run: Run, scope: Scope, state: State, frame: Frame, context: Context) -> Outcome:
    def sleep(seconds: float) -> None:
        with run.change(scope):
            frame.setdefault("until", time.time() + seconds)
        run.wait(scope, until=lambda: float(frame["until"]))

    token = sleeping.set(sleep)
    try:
        output, following = stepfunctions._execute_wait(state, frame["input"], context)
    finally:
        sleeping.reset(token)
    return output, following


def _succeed(_run: Run, _scope: Scope, state: State, frame: Frame, context: Context) -> Outcome:
    given = frame["input"]
    if is_jsonata(state, context):
        return stepfunctions._apply_jsonata_output(state, given, context, default=given), None
    output = stepfunctions._apply_input_path(state, given, context)
    return stepfunctions._apply_output_path(state, output, context), None


def _pass(_run: Run, _scope: Scope, state: State, frame: Frame, context: Context) -> Outcome:
    output, following = stepfunctions._execute_pass(state, frame["input"], context)
    return output, following


def _choice(_run: Run, _scope: Scope, state: State, frame: Frame, context: Context) -> Outcome:
    output, following = stepfunctions._execute_choice(state, frame["input"], context)
    return output, following


PERFORM: dict[str, Perform] = {
    "Choice": _choice, "Pass": _pass, "Succeed": _succeed, "Wait": _wait
}  # fmt: skip
