"""Handlers in Python stop at breakpoints, and their time stands still meanwhile.

Nothing that AWS does: a function ends there after its timeout, and `breakpoint()` in it fails. It
is what `blockwork dev` asks for in `dev/live.json`, see :mod:`blockwork.local.live`: `debug` names
the functions that an editor debugs (parts of their names, or `*`) and the ports of the loop. What
a process then does is :mod:`blockwork.local.emulator.at_breakpoints`; debugpy is of the emulator's
environment. A process that was started for another loop, or for none, is started anew.

While a loop runs, a timeout is counted here instead of by stock, without the time in which the
process stands; what it was given from a queue stays invisible for as much longer, and CloudFront
does not give its origin up. Without a loop all is as on AWS,
but that `breakpoint()` writes a line to the log: stock's processes would read their next event as
a command of pdb.
"""

import json
import os
import threading
import time
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime
from ministack.core.lambda_runtime import Worker
from ministack.services import cloudfront, lambda_svc

from blockwork.local.emulator import at_breakpoints
from blockwork.local.emulator.at_breakpoints import STANDING
from blockwork.local.emulator.gaps._hooks import (
    replace_in_python_workers,
    run_first_in_python_workers,
)
from blockwork.local.live import LiveFile

TOLD = "_LOOP_DEBUGS"
FOR_EVER = 10 * 365 * 86_400
LOOK_SECONDS = 0.02

STOP_AT_BREAKPOINTS = f"""
import importlib.util, json, os, pathlib, sys


def _breakpoints():
    spec = importlib.util.spec_from_file_location(
        "_at_breakpoints", {at_breakpoints.__file__!r}
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    told = json.loads(os.environ.pop({TOLD!r}, "{{}}"))
    name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "")
    made = module.Breakpoints(pathlib.Path(__file__).resolve(), told, name)
    sys.breakpointhook = made
    if "processes" in told:
        made.join(told["processes"])
    return made


class _AfterBreakpoints:
    def __init__(self, stream):
        self._stream = stream

    def write(self, text):
        _at.end_of_invocation()
        return self._stream.write(text)

    def flush(self):
        self._stream.flush()


_at = _breakpoints()
sys.stdout = _AfterBreakpoints(sys.stdout)
"""
CLOCKS = (
    ("_deadline = time.time() + float(", "_deadline = _at.clock.now() + float("),
    ("(_deadline - time.time())", "(_deadline - _at.clock.now())"),
)


def close() -> None:
    """Start processes as the loop asks, and count their time."""
    live = LiveFile(Path(os.environ["STATE_DIR"]).parent)
    spawn, invoke, forward = Worker._spawn, Worker.invoke, cloudfront._forward_to_origin
    run_batch = lambda_svc._run_sqs_batch
    given = threading.local()

    def debugged_spawn(worker: Any) -> None:
        config = worker.config
        told = worker.told = _told(worker, live)
        timer = getattr(worker, "timer", None)
        if told is not None:
            variables = (config.get("Environment") or {}).get("Variables") or {}
            variables = {**variables, TOLD: json.dumps(told)}
            worker.config = {**config, "Environment": {"Variables": variables}}
            if timer:
                worker.config["Timeout"] = timer.limit
        try:
            spawn(worker)
        finally:
            worker.config = config
        if told is not None and timer:
            timer.has_begun = True

    def timed_invoke(worker: Any, *request: Any, **options: Any) -> dict[str, Any]:
        told, config = _told(worker, live), worker.config
        if worker._proc is not None and getattr(worker, "told", None) != told:
            worker.kill()
        if told is None:
            return dict(invoke(worker, *request, **options))
        worker.timer = timer = _Timer(worker, config.get("Timeout") or 3)
        timer.messages = getattr(given, "messages", [])
        worker.config = {**config, "Timeout": FOR_EVER}
        timer.start()
        try:
            result = dict(invoke(worker, *request, **options))
        finally:
            timer.over.set()
            worker.config, worker.timer = config, None
        if timer.is_up:
            result["error"] = f"Task timed out after {timer.limit}.00 seconds"
        return result

    def noted_batch(esm: Any, function: Any, event: Any, batch: Any, *more: Any) -> None:
        given.messages = batch
        try:
            run_batch(esm, function, event, batch, *more)
        finally:
            given.messages = []

    def patient_forward(origin: dict[str, Any], *request: Any, **options: Any) -> Any:
        if live.read() is not None:
            origin = {**origin, "read_timeout": FOR_EVER}
        return forward(origin, *request, **options)

    Worker._spawn, Worker.invoke = debugged_spawn, timed_invoke
    cloudfront._forward_to_origin, lambda_svc._run_sqs_batch = patient_forward, noted_batch
    for stock, ours in CLOCKS:
        replace_in_python_workers(stock, ours)
    run_first_in_python_workers(STOP_AT_BREAKPOINTS)


def _told(worker: Any, live: LiveFile) -> dict[str, Any] | None:
    """Return what the loop says to this function's processes; None without a loop."""
    said = (live.read() or {}).get("debug")
    if said is None or not worker.config.get("Runtime", "").startswith("python"):
        return None
    told = {"console": said.get("console")}
    name = worker.config.get("FunctionName", "").casefold()
    if any(part == "*" or part.casefold() in name for part in said.get("functions", [])):
        told["processes"] = said["processes"]
    return told


class _Timer(threading.Thread):
    """Ends a process that has run for longer than its function may, and lets it stand."""

    def __init__(self, worker: Any, limit: int) -> None:
        super().__init__(name=f"timer of {worker.func_name}", daemon=True)
        self.over = threading.Event()
        self.is_up = False
        self.has_begun = worker._proc is not None and worker._proc.poll() is None
        self.limit = limit
        self.messages: list[dict[str, Any]] = []
        """Of the queue that the process was called for; the queue holds these same ones."""
        self._worker = worker

    def run(self) -> None:
        left, seen = float(self.limit), time.monotonic()
        while not self.over.wait(LOOK_SECONDS):
            now = time.monotonic()
            if self.has_begun and not Path(self._worker._tmpdir, STANDING).exists():
                left -= now - seen
            else:
                for message in self.messages:
                    message["visible_at"] += now - seen
            seen = now
            if left <= 0:
                self.is_up = True
                lambda_runtime._signal(self._worker._proc)
                return
