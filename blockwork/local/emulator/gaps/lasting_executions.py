"""Executions of state machines outlast the emulator's process.

AWS keeps where an execution is: nothing is lost when a machine dies, and a task that waits for its
token goes on waiting (https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html).
Stock calls what ran at a stop failed, and forgets tokens. Closed by a way of our own to work state
machines off (`_state_machine`, `_tasks`, `_branches`), which keeps with the state where each has
come to: what was under way is done again after a start, at least once, what was done is not, and
limits of time stay where they were.

With it comes what stock leaves out: an end that is for all tasks at once, the definition of the
moment when an execution began, the same answer to a repeated start (API_StopExecution.html and
API_StartExecution.html in https://docs.aws.amazon.com/step-functions/latest/apireference), limits
of time that are expressions, heartbeats, a token for each attempt, MaxDelaySeconds and
JitterStrategy, JSONata in Parallel and Succeed. A distributed Map begins again after a start.
"""

import contextvars
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import stepfunctions

from blockwork.local.emulator.gaps import _life, _saving
from blockwork.local.emulator.gaps._branches import work_off_apart
from blockwork.local.emulator.gaps._execution import (
    Error,
    Frame,
    OverError,
    Record,
    Run,
    current,
    logger,
)
from blockwork.local.emulator.gaps._hooks import Answer, json_answer, keep_with
from blockwork.local.emulator.gaps._state_machine import frame_at, matches, sleeping, work_off
from blockwork.local.emulator.gaps._task_answers import token_of
from blockwork.local.emulator.gaps._tasks import Waiting, answers, runs, waiting

Request = dict[str, Any]

ASLEEP = "ASLEEP"
definitions: dict[str, str] = {}
"""State machines that executions began with, by digest."""
requested: contextvars.ContextVar[str] = contextvars.ContextVar("requested_machine", default="")
beginnings: list[Callable[[Record], None]] = []
"""Called for each execution that begins."""
endings: list[Callable[[Record], None]] = []
"""Called for each execution that has ended, in its thread."""


def close() -> None:
    """Work executions off in our own way, and again after a start."""
    stock_sleep, stock_start = stepfunctions._scaled_sleep, stepfunctions._start_execution

    def sleep(seconds: float) -> None:
        begin = sleeping.get()
        if begin is None:
            stock_sleep(seconds)
        else:
            begin(seconds * stepfunctions._SFN_WAIT_SCALE)

    answers.open()
    stepfunctions._scaled_sleep = sleep
    stepfunctions._error_matches = matches
    stepfunctions._run_execution = run_execution
    stepfunctions._run_sub_machine = work_off_apart
    stepfunctions._start_execution = partial(_start, stock_start)
    stepfunctions._stop_execution = partial(_stop, stepfunctions._stop_execution)
    endings.append(lambda record: stepfunctions._emit_execution_status_event(record))
    keep_with(stepfunctions, "definitions", lambda: dict(definitions), definitions.update)
    keep_with(stepfunctions, "early_answers", answers.state, answers.restore)
    stepfunctions.load_persisted_state = partial(_wake, stepfunctions.load_persisted_state)


def _start(stock: Callable[[Request], Answer], request: Request) -> Answer:
    machine = stepfunctions._resolve_state_machine_arn(request.get("stateMachineArn", ""))
    if machine and request.get("name"):
        arn = f"{machine.replace(':stateMachine:', ':execution:')}:{request['name']}"
        known = stepfunctions._executions.get(arn)
        if known and _is_repeated(known, request):
            return json_answer({"executionArn": arn, "startDate": known["startDate"]})
    token = requested.set(request.get("stateMachineArn", ""))
    try:
        return stock(request)
    finally:
        requested.reset(token)


def _is_repeated(known: Record, request: Request) -> bool:
    return bool(known["status"] == "RUNNING" and known["input"] == request.get("input", "{}"))


def run_execution(arn: str) -> None:
    """Work an execution off that has just been made."""
    record = stepfunctions._executions.get(arn)
    if record is not None and record["stateMachineArn"] in stepfunctions._state_machines:
        run = run_of(record)
        # Nothing of the request that it was made by: its caller is not who calls from now on.
        contextvars.Context().run(work, run)


def run_of(record: Record) -> Run:
    """Return an execution at work, which has its frame from now on."""
    with _saving.lock:
        if record["executionArn"] not in runs:
            is_new = "frame" not in record
            if is_new:
                _prepare(record)
            run = Run(record, json.loads(definitions[record["definition"]]))
            runs[run.arn] = run
            if is_new:
                run.begin()
                for tell in beginnings:
                    tell(record)
        return runs[record["executionArn"]]


def _prepare(record: Record) -> None:
    """Keep what the execution was begun with, and where it begins."""
    machine = stepfunctions._state_machines[record["stateMachineArn"]]
    version = stepfunctions._execution_version_arn(requested.get())
    machine = {**machine, **(stepfunctions._state_machine_versions.get(version) or {})}
    try:
        definition = {"StartAt": "", "States": {}, **json.loads(machine["definition"])}
    except ValueError:
        definition = {"StartAt": "", "States": {}}
    text = json.dumps(definition)
    record["definition"] = hashlib.sha256(text.encode()).hexdigest()
    definitions[record["definition"]] = text
    record["roleArn"] = machine["roleArn"]
    if "TimeoutSeconds" in definition:
        started = datetime.fromisoformat(record["startDate"].replace("Z", "+00:00"))
        record["timeout"] = definition["TimeoutSeconds"]
        record["deadline"] = started.timestamp() + record["timeout"]
    try:
        given = json.loads(record["input"])
    except ValueError:
        given = {}
    record["frame"] = frame_at(definition, given, "", previous=len(record["events"]))


def work(run: Run) -> None:
    """Work an execution off to its end, and say what that was."""
    current.set((run, run.scope))
    with request_scope(run.account, run.region):
        try:
            run.end("SUCCEEDED", output=work_off(run, run.scope, run.definition, run.frame))
        except OverError:
            pass
        except Error as error:
            run.end("FAILED", error=error.error, cause=error.cause)
        except Exception as error:
            logger.exception("%s", run.arn)
            run.end("FAILED", error="States.Runtime", cause=str(error))
        run.tell()
        announce(run.record)
        runs.pop(run.arn, None)


def announce(record: Record) -> None:
    """Say how an execution has ended: after a crash once more rather than never."""
    for tell in endings:
        tell(record)
    with _saving.lock:
        record.pop("announced", None)
    _saving.changed.set()


def _stop(stock: Callable[[Request], Answer], request: Request) -> Answer:
    record = stepfunctions._executions.get(request.get("executionArn"))
    if record is None or record["status"] != "RUNNING":
        return stock(request)
    run_of(record).end("ABORTED", error=request.get("error"), cause=request.get("cause"))
    return json_answer({"stopDate": record["stopDate"]})


def _wake(stock: Callable[[dict[str, Any]], None], kept: dict[str, Any]) -> None:
    """Take the state back, and go on as soon as the gateway serves."""
    records = list(kept["executions"].all_values()) if "executions" in kept else []
    machines = {arn for (_, _, arn), _ in kept["state_machines"].all_items()}
    under_way = [
        record
        for record in records
        if record["status"] == "RUNNING"
        and not record.get("sync")
        and ("frame" in record or record["stateMachineArn"] in machines)
    ]
    for record in under_way:
        record["status"] = ASLEEP  # stock calls what runs failed
    stock(kept)
    for gone in definitions.keys() - {record.get("definition") for record in records}:
        del definitions[gone]
    for record in under_way:
        record["status"] = "RUNNING"
        region, account = record["executionArn"].split(":")[3:5]
        with request_scope(account, region):
            run = run_of(record)
        # Before its thread is: a token must not be refused meanwhile.
        for attempt in _attempts(run.frame):
            waiting[token_of(run.arn, attempt["name"])] = Waiting(run, run.scope, attempt)
    ended = [record for record in records if "announced" in record]
    threading.Thread(target=_go_on, args=(list(runs.values()), ended), daemon=True).start()


def _attempts(frame: Frame) -> Iterator[dict[str, Any]]:
    attempt = frame.get("work", {})
    if "name" in attempt:
        yield attempt
    for branch in attempt.get("branches", ()):
        yield from _attempts(branch)


def _go_on(under_way: list[Run], ended: list[Record]) -> None:
    _life.serving.wait()
    for run in under_way:
        threading.Thread(target=work, args=(run,), daemon=True).start()
    for record in ended:
        region, account = record["executionArn"].split(":")[3:5]
        with request_scope(account, region):
            announce(record)
