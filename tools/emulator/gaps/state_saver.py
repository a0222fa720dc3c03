"""The state survives a crash.

AWS loses nothing when a machine dies. Stock writes its state on an orderly shutdown only, so a
killed emulator forgets its stacks, tables and users. Closed by writing the state every
STATE_SAVE_SECONDS (3) as well, if a request has come since: a copy of everything at one moment, of
which the files that differ are written, each whole or not at all.
"""

import asyncio
import contextlib
import hashlib
import json
import logging
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from ministack import app as gateway
from ministack.core import persistence
from ministack.services import lambda_svc

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

ATTEMPTS = 3

logger = logging.getLogger("state_saver")


class Saver:
    """Writes what changed since it last looked."""

    def __init__(self, every: float) -> None:
        self.every = every
        self.changed = False
        self.stopping = False
        self.writing = asyncio.Lock()
        self.written: dict[str, str] = {}

    async def run(self) -> None:
        """Save until cancelled."""
        while True:
            await asyncio.sleep(self.every)
            if self.changed:
                self.changed = False
                async with self.writing:
                    await self.save()

    async def save(self) -> None:
        """Write what differs from the last time, all of it as it was at one moment.

        What a consumer has read and what it has done about it lie in different services: copied
        at different moments, one could be kept without the other.
        """
        states = self._copy()
        if states is None:  # something changed meanwhile: next time
            self.changed = True
        elif not self.stopping:
            await asyncio.to_thread(self._write, states)

    def _copy(self) -> dict[str, Any] | None:
        # On the loop and without a pause: no request is served while it copies.
        services = gateway._build_persistence_save_dict()
        for _ in range(ATTEMPTS):
            try:
                return {service: state_of() for service, state_of in services.items()}
            except RuntimeError as error:  # a thread of a handler can still change something
                logger.info("state not copied: %s", error)
        return None

    def _write(self, states: dict[str, Any]) -> None:
        written: dict[Path, Path] = {}
        for service, state in states.items():
            document = {
                "__ministack_format__": persistence._state_format_version(service),
                "payload": state,
            }
            text = json.dumps(document, default=persistence._json_default)
            digest = hashlib.sha256(text.encode()).hexdigest()
            if state is not None and self.written.get(service) != digest:
                file = Path(persistence.STATE_DIR, f"{service}.json")
                file.parent.mkdir(parents=True, exist_ok=True)
                unfinished = file.with_suffix(".saving")
                unfinished.write_text(text)
                written[unfinished] = file
                self.written[service] = digest
        for unfinished, file in written.items():
            unfinished.replace(file)


def close() -> None:
    """Run a saver as long as the gateway serves, if it is to keep state at all."""
    if not persistence.PERSIST_STATE:
        return
    stock = gateway.app
    saver = Saver(float(os.environ.get("STATE_SAVE_SECONDS", "3")))
    prune = lambda_svc._prune_orphan_code_blobs

    def prune_at_the_end(referenced: set[str]) -> None:
        # The files on disk may refer to older code until they are written again.
        if saver.stopping:
            prune(referenced)

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            task = asyncio.create_task(saver.run())

            async def stop_before_the_last_save() -> Message:
                message = await receive()
                if message["type"] == "lifespan.shutdown":
                    saver.stopping = True
                    async with saver.writing:
                        task.cancel()
                return message

            await stock(scope, stop_before_the_last_save, send)
            with contextlib.suppress(asyncio.CancelledError):
                await task
            return
        if not scope["path"].startswith("/_ministack/health"):
            saver.changed = True
        await stock(scope, receive, send)

    lambda_svc._prune_orphan_code_blobs = prune_at_the_end
    gateway.app = app
