"""Executions that wait at a callback table, and functions that die in the middle of a request."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from blockwork.runtime.callbacks import CallbackTable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NAME = "callbacks"
KEY = "campaign-1"


class Dead(BaseException):
    """Lambda ends the invocation in the middle: nothing after it runs."""


class TaskGoneError(Exception):
    """What Step Functions answers for a token that was used or ran out: the same."""


class Execution:
    """Step Functions with one execution, which waits for one message after the other."""

    exceptions = SimpleNamespace(
        TaskTimedOut=TaskGoneError, TaskDoesNotExist=TaskGoneError, InvalidToken=TaskGoneError
    )

    def __init__(self) -> None:
        self.tokens = 0
        self.open: str | None = None
        self.got: list[str] = []
        self.beats = 0

    def send_task_success(self, *, taskToken: str, output: str) -> None:  # noqa: N803
        if taskToken != self.open:
            raise TaskGoneError(taskToken)
        self.open = None
        self.got.append(json.loads(output)["id"])

    def send_task_heartbeat(self, *, taskToken: str) -> None:  # noqa: N803
        if taskToken != self.open:
            raise TaskGoneError(taskToken)
        self.beats += 1

    @property
    def received(self) -> str | None:
        return self.got[-1] if self.got else None

    def enter(self) -> str:
        """Enter the task that waits; one that was waited for before has run out then."""
        self.tokens += 1
        self.open = f"token {self.tokens}"
        return self.open

    def time_out(self) -> None:
        self.open = None


class World:
    """A table, an execution, and functions that call both."""

    def __init__(self, client: "DynamoDBClient") -> None:
        self.client = client
        self.execution = Execution()
        self.before: Callable[[], None] = lambda: None
        self.after: Callable[[], None] = lambda: None
        for operation in ("GetItem", "PutItem", "UpdateItem", "DeleteItem"):
            client.meta.events.register(f"before-parameter-build.dynamodb.{operation}", self._begin)
            client.meta.events.register(f"after-call.dynamodb.{operation}", self._end)

    def table(self) -> CallbackTable:
        return CallbackTable(self.client, NAME, lambda: self)

    @property
    def exceptions(self) -> SimpleNamespace:
        return self.execution.exceptions

    def send_task_success(self, **request: Any) -> None:
        self.before()
        self.execution.send_task_success(**request)
        self.after()

    def send_task_heartbeat(self, **request: Any) -> None:
        self.execution.send_task_heartbeat(**request)

    def wait(self) -> None:
        """Enter the task, whose function may die: the task is retried then, by a new token."""
        token = self.execution.enter()
        self.table().wait(KEY, token, received=self.execution.received)

    def arrive(self, id_: str) -> str:
        return self.table().arrive(KEY, {"id": id_}, message_id=id_).name

    def step(self, name: str) -> Callable[[], object]:
        """Return what is done: `w` waits, anything else is the id of a message that arrives."""
        return self.wait if name == "w" else lambda: self.arrive(name)

    def left(self) -> list[str]:
        items = self.client.scan(TableName=NAME)["Items"]
        return sorted(item["itemId"]["S"] for item in items if item["itemId"]["S"] != "waiter")

    @contextmanager
    def dying(self, *, at: int, before: bool) -> Iterator[list[int]]:
        """Die before or after the request of this number; the list has one that was reached."""
        reached: list[int] = []
        count = 0

        def die() -> None:
            nonlocal count
            count += 1
            if count == at:
                reached.append(at)
                raise Dead

        if before:
            self.before = die
        else:
            self.after = die
        try:
            yield reached
        except Dead:
            pass
        finally:
            self.before = self.after = lambda: None

    @contextmanager
    def between(self, other: Callable[[], object], *, at: int) -> Iterator[list[int]]:
        """Let somebody else do all of something before the request of this number."""
        reached: list[int] = []
        count = 0

        def interrupt() -> None:
            nonlocal count
            count += 1
            if count == at:
                reached.append(at)
                self.before = lambda: None
                other()
                self.before = interrupt

        self.before = interrupt
        try:
            yield reached
        finally:
            self.before = lambda: None

    def _begin(self, **_: object) -> None:
        self.before()

    def _end(self, **_: object) -> None:
        self.after()
