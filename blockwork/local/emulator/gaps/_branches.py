"""The states that have branches: one for each machine of a Parallel, one for each item of a Map."""

import json
from functools import partial
from typing import Any

from ministack.services import stepfunctions

from blockwork.local.emulator.gaps._execution import (
    Error,
    Frame,
    OverError,
    Run,
    Scope,
    current,
    logger,
    plain,
)
from blockwork.local.emulator.gaps._state_machine import (
    PERFORM,
    Context,
    Outcome,
    Perform,
    State,
    arguments,
    concluded,
    frame_at,
    is_jsonata,
    number,
    retried,
    work_off,
)

Machine = dict[str, Any]

MOST_ITEMS_AT_ONCE = 40  # of a Map that is not distributed, says AWS


def _parallel(run: Run, scope: Scope, state: State, frame: Frame, context: Context) -> Outcome:
    work, machines = frame["work"], state["Branches"]
    if "branches" not in work:
        given = arguments(state, frame, context)
        begun = [
            frame_at(machine, given, _path(frame, number), **_inherited(frame, context))
            for number, machine in enumerate(machines)
        ]
        with run.change(scope):
            run.note(frame, "ParallelStateStarted")
            work["branches"] = _after(frame, begun)
    results = _together(run, scope, machines, work["branches"], len(machines))
    with run.change(scope):
        run.note(frame, "ParallelStateSucceeded")
    return concluded(state, frame, context, results)


def _map(run: Run, scope: Scope, state: State, frame: Frame, context: Context) -> Outcome:
    machine = state.get("ItemProcessor") or state["Iterator"]
    if machine.get("ProcessorConfig", {}).get("Mode") == "DISTRIBUTED":
        return _distributed(run, scope, state, frame, context, machine)
    work = frame["work"]
    if "branches" not in work:
        begun = _items(state, frame, context, machine)
        with run.change(scope):
            run.note(frame, "MapStateStarted", length=len(begun))
            work["branches"] = _after(frame, begun)
    branches = work["branches"]
    most = number(state, "MaxConcurrency", frame, context) or MOST_ITEMS_AT_ONCE
    results = _together(run, scope, [machine] * len(branches), branches, int(most), frame["state"])
    with run.change(scope):
        run.note(frame, "MapStateSucceeded")
    return concluded(state, frame, context, results)


def _distributed(
    run: Run, scope: Scope, state: State, frame: Frame, context: Context, machine: Machine
) -> Outcome:
    """Leave it to stock: such a Map begins anew after a restart."""
    given, bare = frame["input"], state
    effective = stepfunctions._apply_input_path(state, given, context)
    if is_jsonata(state, context) and "ItemReader" not in state:  # stock knows paths only
        effective = [item["input"] for item in _items(state, frame, context, machine)]
        named = ("Items", "ItemSelector", "Output", "Assign", "MaxConcurrency")
        bare = {name: value for name, value in state.items() if name not in named}
        bare["MaxConcurrency"] = number(state, "MaxConcurrency", frame, context) or 0
    do = partial(
        stepfunctions._run_distributed_map, bare, given, effective, machine, run.record, context
    )
    ((output, following),) = run.call(scope, do)
    if is_jsonata(state, context):
        return concluded(state, frame, context, output)
    return output, following


def _told(perform: Perform) -> Perform:
    """Have the history say that a state with branches has failed."""

    def attempt(run: Run, scope: Scope, state: State, frame: Frame, context: Context) -> Outcome:
        try:
            return perform(run, scope, state, frame, context)
        except Error:
            with run.change(scope):
                run.note(frame, f"{state['Type']}StateFailed")
            raise

    return attempt


PERFORM["Parallel"] = retried(_told(_parallel))
PERFORM["Map"] = retried(_told(_map))


def _items(state: State, frame: Frame, context: Context, machine: Machine) -> list[Frame]:
    effective = stepfunctions._apply_input_path(state, frame["input"], context)
    if is_jsonata(state, context):
        items = frame["input"]
        if "Items" in state:
            items = stepfunctions._jsonata_state_field(
                state, "Items", "array", frame["input"], context
            )
    else:
        path = state.get("ItemsPath", "$")
        items = stepfunctions._resolve_path_or_ctx(path, effective, context)
    if not isinstance(items, list):
        raise Error("States.Runtime", f"A Map needs an array of items, got {items!r}.")
    selector = state.get("ItemSelector") or state.get("Parameters")
    frames = []
    for index, item in enumerate(plain(items)):
        place = {"Map": {"Item": {"Index": index, "Value": item}}}
        there = {**context, **place}
        given = item
        if selector and is_jsonata(state, context):
            given = stepfunctions._apply_jsonata_template(selector, frame["input"], there)
        elif selector:
            given = stepfunctions._resolve_params_obj(selector, effective, there)
        more = {**_inherited(frame, context), "context": place, "index": index}
        frames.append(frame_at(machine, plain(given), _path(frame, index), **more))
    return frames


def _path(frame: Frame, number: int) -> str:
    attempts = sum(frame["work"]["counts"].values())
    return f"{frame['path']}/{frame['state']}.{frame['count']}.{attempts}[{number}]"


def _inherited(frame: Frame, context: Context) -> dict[str, Any]:
    """Return what a branch has of what is around it: it sees variables, and changes its own."""
    around = {"context": frame["context"]} if "context" in frame else {}
    return {"variables": plain(context["variables"]), **around}


def _after(frame: Frame, branches: list[Frame]) -> list[Frame]:
    """Let branches come after what the history has of the state that they are of."""
    return [branch | {"previous": frame["previous"]} for branch in branches]


def _together(
    run: Run, scope: Scope, machines: list[Machine], frames: list[Frame], most: int, name: str = ""
) -> list[Any]:
    """Work branches off, so many at once; the first that fails ends all of them."""
    inside = Scope(scope)
    left = [index for index, frame in enumerate(frames) if "result" not in frame]
    failures: list[Error] = []

    def work() -> None:
        try:
            while (index := _next(run, inside, left)) is not None:
                _branch(run, inside, machines[index], frames[index], name)
            return
        except OverError:
            return
        except Error as error:
            failure = error
        except Exception as error:
            logger.exception("a branch of %s", run.arn)
            failure = Error("States.Runtime", str(error))
        with run.changed:
            if not inside.is_over():
                failures.append(failure)
                inside.end()
                run.changed.notify_all()

    for _ in range(min(most, len(left))):
        run.thread(inside, work)
    try:
        run.wait(scope, lambda: failures or all("result" in frame for frame in frames))
    finally:
        with run.changed:
            inside.end()
            run.changed.notify_all()
    if failures:
        raise failures[0]
    return [frame["result"] for frame in frames]


def _next(run: Run, scope: Scope, left: list[int]) -> int | None:
    with run.changed:
        return left.pop(0) if left and not scope.is_over() else None


def _branch(run: Run, scope: Scope, machine: Machine, frame: Frame, name: str) -> None:
    """Work one off; of a Map, the history has the iterations, too.

    :param name: of the Map.
    """
    index = frame.get("index")
    if name and frame["count"] == 0:
        with run.change(scope):
            run.note(frame, "MapIterationStarted", name=name, index=index)
    try:
        work_off(run, scope, machine, frame)
    except Error:
        if name:
            with run.change(scope):
                run.note(frame, "MapIterationFailed", name=name, index=index)
        raise
    if name:
        with run.change(scope):
            run.note(frame, "MapIterationSucceeded", name=name, index=index)


def work_off_apart(
    states: dict[str, Any], start: str, given: Any, record: dict[str, Any], context: Context
) -> Any:
    """Work off the item of a distributed Map, as stock asks for it; nothing of it is kept.

    :param record: stock's, of the execution that the item is.
    """
    at_work = current.get()
    assert at_work is not None
    around, scope = at_work
    child = Run(record, around.definition, Scope(scope))
    place = {"Map": context["Map"]} if "Map" in context else {}
    machine = {"StartAt": start, "States": states}
    frame = frame_at(machine, json.loads(json.dumps(given)), "", context=place)
    frame["variables"] = plain(context["variables"])
    return work_off(child, child.scope, machine, frame)
