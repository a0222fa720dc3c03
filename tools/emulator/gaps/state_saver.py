"""The state survives a crash.

AWS loses nothing when a machine dies. Stock writes its state on an orderly shutdown only, so a
killed emulator forgets its stacks, tables and users. Closed by writing the state every
STATE_SAVE_SECONDS (15) as well, if a request has come since, each service's file whole or not at
all, and only the files that changed.
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
        """Write every service's state that differs from the last one written."""
        for service, state_of in gateway._build_persistence_save_dict().items():
            try:
                # On the loop, so that no request changes what is being copied.
                state = state_of()
            except Exception as error:  # a handler's thread can still change it: next time
                logger.info("state of %s not saved this time: %s", service, error)
                self.changed = True
                continue
            if state is not None and not self.stopping:
                await asyncio.to_thread(self._write, service, state)

    def _write(self, service: str, state: dict[str, Any]) -> None:
        document = {
            "__ministack_format__": persistence._state_format_version(service),
            "payload": state,
        }
        text = json.dumps(document, default=persistence._json_default)
        digest = hashlib.sha256(text.encode()).hexdigest()
        if self.written.get(service) == digest:
            return
        file = Path(persistence.STATE_DIR, f"{service}.json")
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_suffix(".saving")
        unfinished.write_text(text)
        unfinished.replace(file)
        self.written[service] = digest


def close() -> None:
    """Run a saver as long as the gateway serves, if it is to keep state at all."""
    if not persistence.PERSIST_STATE:
        return
    stock = gateway.app
    saver = Saver(float(os.environ.get("STATE_SAVE_SECONDS", "15")))
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
