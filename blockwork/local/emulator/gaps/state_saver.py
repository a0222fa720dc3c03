"""The state survives a crash.

AWS loses nothing when a machine dies. Stock writes its state on an orderly shutdown only, so a
killed emulator forgets its stacks, tables and users. Closed by writing what has changed every
STATE_SAVE_SECONDS (3) as well, if a request has come since: as it was at one moment, and all of it
or nothing. Who asks for something meanwhile must not notice, however much there is: a save that
took long on a busy machine is followed by a longer pause.
"""

import asyncio
import contextlib
import copy
import logging
import os
import pickle
import sqlite3
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

from ministack import app as gateway
from ministack.core import persistence

from blockwork.local.emulator.gaps import _saving
from blockwork.local.emulator.gaps._state_code import Code
from blockwork.local.emulator.gaps._state_file import StateFile
from blockwork.local.emulator.gaps._state_parts import Changes, Pieces, State, put_together

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

ATTEMPTS = 3
SHARE = 10
"""A pause takes at least so many times as long as the save before it."""
UNCHANGED = (
    "cloudformation", "cloudfront", "cloudwatch", "cloudwatch_logs", "cognito", "dynamodb",
    "eventbridge", "iam", "kinesis", "s3", "scheduler", "secretsmanager", "ses", "ses_v2", "sns",
    "sqs", "ssm", "stepfunctions",
)  # fmt: skip
"""Services that change nothing of what they copy for their state, so need no copy."""

logger = logging.getLogger("state_saver")


class Saver:
    """Writes what changed since it last looked."""

    def __init__(self, every: float, file: StateFile) -> None:
        self.every = every
        self.changed = False
        self.writing = asyncio.Lock()
        self._file = file
        self._pieces: dict[str, Pieces] = {}

    async def run(self) -> None:
        """Save until cancelled."""
        took = 0.0
        while True:
            await asyncio.sleep(max(self.every, took * SHARE))
            began = time.monotonic()
            if self.changed or _saving.changed.is_set():
                self.changed = False
                _saving.changed.clear()
                async with self.writing:
                    await self.save()
            took = time.monotonic() - began

    async def save(self) -> None:
        """Write what differs from the last time, all of it as it was at one moment.

        What a consumer has read and what it has done about it lie in different services: taken
        at different moments, one could be kept without the other.
        """
        is_first = not self._pieces
        try:
            changed = self._take()
            await asyncio.to_thread(self._write, changed, is_first)
            for end in _saving.when_written:
                end()
        except Exception:  # a thread of a handler changed something meanwhile, or the disk is full
            logger.exception("state not saved")
            self._again()

    def save_at_the_end(self) -> None:
        """Write what differs from the last time, at once."""
        is_first = not self._pieces
        self._write(self._take(), is_first)
        for end in _saving.when_written:
            end()

    def _take(self) -> dict[str, Changes]:
        # On the loop and without a pause: no request is served meanwhile.
        changed = {}
        with _saving.lock:
            for begin in _saving.when_taken:
                begin()
            for service, state in _states().items():
                pieces = self._pieces.setdefault(service, Pieces(service))
                changed[service] = pieces.changes(state)
        return changed

    def _write(self, changed: dict[str, Changes], is_first: bool) -> None:
        self._file.write(changed, anew=is_first)
        if is_first:
            for service in changed:  # as stock wrote it
                Path(persistence.STATE_DIR, f"{service}.json").unlink(missing_ok=True)

    def _again(self) -> None:
        self._pieces.clear()
        self.changed = True


def _states() -> dict[str, State]:
    for attempt in range(ATTEMPTS):
        try:
            with as_it_is():
                services = gateway._build_persistence_save_dict()
                states = {service: state_of() for service, state_of in services.items()}
                return {service: state for service, state in states.items() if state is not None}
        except RuntimeError:  # changed in size during iteration
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError


class _Copies:
    """Stands for the module `copy`, and copies nothing while the state is taken to pieces."""

    copy = staticmethod(copy.copy)
    taking = threading.local()

    @classmethod
    def deepcopy(cls, value: Any, memo: Any = None) -> Any:
        return value if getattr(cls.taking, "now", False) else copy.deepcopy(value, memo)


@contextlib.contextmanager
def as_it_is() -> Iterator[None]:
    """Let the services hand out their state itself, to this thread."""
    for service in UNCHANGED:
        # Asked or not: most logs and metrics are written by other services.
        module: Any = sys.modules.get(f"ministack.services.{service}")
        if module is not None and module.copy is copy:
            module.copy = _Copies
    _Copies.taking.now = True
    try:
        yield
    finally:
        _Copies.taking.now = False


def close() -> None:
    """Run a saver as long as the gateway serves, if it is to keep state at all."""
    if not persistence.PERSIST_STATE:
        return
    stock = gateway.app
    file = StateFile(Path(persistence.STATE_DIR, "state.sqlite"))
    saver = Saver(float(os.environ.get("STATE_SAVE_SECONDS", "3")), file)
    code = Code()

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            task = None

            async def save_before_anything_is_asked(message: Message) -> None:
                nonlocal task
                if message["type"] == "lifespan.startup.complete":
                    await saver.save()
                    task = asyncio.create_task(saver.run())
                await send(message)

            async def stop_before_the_last_save() -> Message:
                message = await receive()
                if message["type"] == "lifespan.shutdown" and task is not None:
                    async with saver.writing:
                        task.cancel()
                    code.may_go = True
                return message

            await stock(scope, stop_before_the_last_save, save_before_anything_is_asked)
            if task is not None:
                with contextlib.suppress(asyncio.CancelledError):
                    await task
            return
        try:
            await stock(scope, receive, send)
        finally:  # now, since a save that comes while it is served may come too early
            if not scope["path"].startswith("/_ministack/health"):
                saver.changed = True

    def load(service: str) -> State | None:
        try:
            pieces = file.read(service)
            return put_together(service, pieces) if pieces else stock_load(service)
        except (sqlite3.Error, pickle.UnpicklingError) as error:
            # Going on without it would write over what may still be saved.
            sys.exit(f"the kept state in {file.file} cannot be read: {error}")

    stock_load = gateway.load_state
    gateway.load_state = load
    gateway.save_all = lambda _services: saver.save_at_the_end()
    code.keep_apart()
    gateway.app = app
