"""An execution of a state machine at work: what is kept of it, its history, and how it waits.

What is kept lies in the execution's own record. A frame says where a machine, the whole of it or a
branch, has come to: its state, the state's input, the variables, what the state has done so far,
and the frames of the branches it has begun. So an execution goes on from its frames, after a
restart as after a failure. Frames and history change together and with the lock of saves: a save
finds both as they were at one moment, and never a task as done whose effects it does not have.
"""

import contextvars
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ministack.core.responses import now_iso, request_scope
from ministack.services import stepfunctions

from blockwork.local.emulator.gaps import _life, _saving

Record = dict[str, Any]
Frame = dict[str, Any]
Event = dict[str, Any]
if TYPE_CHECKING:

    class Error(Exception):
        """MiniStack's, of a state that fails."""

        error: str
        cause: str

        def __init__(self, error: str, cause: str) -> None: ...

else:
    Error = stepfunctions._ExecutionError

LONGEST_WAIT = 60.0  # seconds until a thread looks at the clock again
ENDS = {
    "SUCCEEDED": "ExecutionSucceeded",
    "FAILED": "ExecutionFailed",
    "ABORTED": "ExecutionAborted",
    "TIMED_OUT": "ExecutionTimedOut",
}

logger = logging.getLogger("executions")
listeners: list[Callable[[Record, Event], None]] = []
"""Told each event of a history, in a thread of the execution."""
current: contextvars.ContextVar["tuple[Run, Scope] | None"] = contextvars.ContextVar(
    "current_execution", default=None
)


class OverError(Exception):
    """What this thread works for has ended: stopped, out of time, or beside a failed branch."""


class Scope:
    """Part of an execution that ends as one: the whole of it, or the branches of a state."""

    def __init__(self, around: "Scope | None" = None) -> None:
        self._around = around
        self._ended = False

    def end(self) -> None:
        """Let everything in it end."""
        self._ended = True

    def is_over(self) -> bool:
        """Tell whether it, or anything around it, has ended."""
        return self._ended or (self._around is not None and self._around.is_over())


class Run:
    """An execution at work in this process.

    :param record: what is kept of it.
    :param definition: its state machine.
    :param scope: ends with it. Default: a new one.
    """

    def __init__(
        self, record: Record, definition: dict[str, Any], scope: Scope | None = None
    ) -> None:
        self.record = record
        self.definition = definition
        self.scope = scope or Scope()
        self.arn: str = record["executionArn"]
        self.region, self.account = self.arn.split(":")[3:5]
        self.machine: str = record["stateMachineArn"].partition("/")[0]
        self.changed = threading.Condition(_saving.lock)
        self._untold: list[Event] = []
        self._telling = threading.Lock()
        try:
            self.input = json.loads(record["input"])
        except ValueError:
            self.input = {}

    @property
    def frame(self) -> Frame:
        """Where its machine has come to."""
        frame: Frame = self.record["frame"]
        return frame

    @contextmanager
    def change(self, scope: Scope) -> Iterator[None]:
        """Change what is kept; a save finds all of it or nothing.

        :raises OverError: if there is nothing to change any more.
        """
        with self.changed:
            if scope.is_over():
                raise OverError
            yield
            self.changed.notify_all()
        self.tell()

    def note(self, frame: Frame, kind: str, /, **details: Any) -> None:
        """Add an event to the history, within `change`."""
        events = self.record["events"]
        event = {
            "id": len(events) + 1,
            "type": kind,
            "timestamp": now_iso(),
            "previousEventId": frame.get("previous", 0),
        }
        if details:
            event[_details_of(kind)] = details
        frame["previous"] = event["id"]
        events.append(event)
        self._untold.append(event)

    def begin(self) -> None:
        """Have the listeners told what the history begins with."""
        self._untold += self.record["events"]

    def tell(self) -> None:
        """Tell the listeners what is new in the history."""
        _saving.changed.set()
        with self._telling:  # in their order, whoever has added them
            with self.changed:
                events, self._untold = self._untold, []
            for event in events:
                for tell in listeners:
                    tell(self.record, event)

    def wait(
        self,
        scope: Scope,
        is_ready: Callable[[], object] = lambda: False,
        until: Callable[[], float | None] = lambda: None,
    ) -> bool:
        """Wait until something is so, and tell whether it is; it is not when its time is over.

        :param until: returns the end of its time, seconds since the epoch; None for never.
        :raises OverError: as soon as the scope has ended.
        """
        with self.changed:
            while True:
                now = time.time()
                deadline = self.record.get("deadline")
                if deadline is not None and now >= deadline:
                    self.end("TIMED_OUT", error="States.Timeout")
                self.look_for_machine()
                if scope.is_over():
                    raise OverError
                if is_ready():
                    return True
                end = until()
                if end is not None and now >= end:
                    return False
                ends = [at - now for at in (end, deadline) if at is not None]
                self.changed.wait(min([LONGEST_WAIT, *ends]))

    def look_for_machine(self) -> None:
        """End it if its state machine has been deleted."""
        if self.machine not in stepfunctions._state_machines:
            self.end("ABORTED")

    def call(
        self,
        scope: Scope,
        do: Callable[[], Any],
        until: Callable[[], float | None] = lambda: None,
        instead: Callable[[], object] = lambda: False,
    ) -> list[Any]:
        """Do something that may take long, and return its result in a list.

        Whether it ends in time or not, nobody can take it back: it goes on without anybody
        listening when its time is over, or something else has happened instead: then the list is
        empty. Once the emulator has been told to stop nothing is begun, and what fails is no
        failure: it is done again after the start.

        :raises Error: with which it failed, or States.Timeout.
        """
        outcome: list[Any] = []
        failures: list[Error] = []
        if _life.stopping.is_set():
            self.wait(scope)

        def work() -> None:
            result, failure = None, None
            try:
                result = do()
            except Error as error:
                failure = error
            except Exception as error:
                logger.exception("a task of %s", self.arn)
                failure = Error("States.Runtime", str(error))
            with self.changed:
                if failure is None:
                    outcome.append(result)
                else:
                    failures.append(failure)
                self.changed.notify_all()

        self.thread(scope, work)
        if not self.wait(scope, lambda: outcome or failures or instead(), until):
            raise Error("States.Timeout", "The task has run longer than its TimeoutSeconds.")
        if failures and not instead():
            if _life.stopping.is_set():
                self.wait(scope)
            raise failures[0]
        return outcome

    def thread(self, scope: Scope, work: Callable[[], None]) -> None:
        """Begin a thread of this execution."""

        def begin() -> None:
            current.set((self, scope))
            with request_scope(self.account, self.region):
                work()

        threading.Thread(target=begin, daemon=True, name=f"execution {self.arn}").start()

    def end(
        self, status: str, *, output: Any = None, error: str | None = None, cause: str | None = None
    ) -> None:
        """Let it end, if it has not already: at once, for all its threads."""
        with self.changed:
            if self.record["status"] != "RUNNING":
                return
            ended = {"status": status, "stopDate": now_iso(), "announced": False}
            details = {"error": error, "cause": cause}
            if status == "SUCCEEDED":
                details = {"output": json.dumps(output)}
            told = {name: value for name, value in details.items() if value is not None}
            self.note(self.record["frame"], ENDS[status], **told)
            if status == "SUCCEEDED":
                del self.record["frame"]
            self.record.update(ended, **told)
            self.scope.end()
            self.changed.notify_all()
        _saving.changed.set()


def _details_of(kind: str) -> str:
    for shared in ("StateEntered", "StateExited"):
        if kind.endswith(shared):
            kind = shared
    return f"{kind[0].lower()}{kind[1:]}EventDetails"


def plain(value: Any) -> Any:
    """Return a value as JSON has it, apart from what it was made of.

    :raises Error: if JSON cannot hold it.
    """
    try:
        return json.loads(json.dumps(value))
    except (TypeError, ValueError) as error:
        raise Error("States.QueryEvaluationError", f"JSON cannot hold it: {error}") from None
