"""An answer that is ready before its request has arrived leaves the connection fit for the next.

AWS reads a request to its end, or says `Connection: close`. Stock's server, Hypercorn, closes in
silence, so a client that sends its next request meanwhile gets none of its answers
(RFC 9112, 9.6). Closed around the application: the rest of the request is read before an early
answer; if it does not come, the answer says that the connection ends with it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from ministack import app as gateway

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

# The body of a refused request usually comes in the packet after its head; a busy machine is slow.
PATIENCE_SECONDS = 5.0


def close() -> None:
    """Read on before an answer starts."""
    stock = gateway.app

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await stock(scope, receive, send)
            return
        request = _Request(receive)

        async def say(message: Message) -> None:
            if message["type"] == "http.response.start" and not await request.is_read():
                closing = (b"connection", b"close")
                message = {**message, "headers": [*message.get("headers", []), closing]}
            await send(message)

        await stock(scope, request.receive, say)

    gateway.app = app


class _Request:
    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._ended = False

    async def receive(self) -> Message:
        message = await self._receive()
        self._ended = not message.get("more_body", False)
        return message

    async def is_read(self) -> bool:
        """Read on, and tell whether that was all."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not self._ended:
                    await self.receive()
        return self._ended
