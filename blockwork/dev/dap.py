"""The Debug Adapter Protocol: messages in JSON, each behind its length.

https://microsoft.github.io/debug-adapter-protocol/overview
"""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

Message = dict[str, Any]


class RefusedError(Exception):
    """The other side did not do what it was asked for; the text says why."""


class Channel:
    """One end of a connection: what arrives, and requests with their responses.

    :param reader: of the connection.
    :param writer: of the connection.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._numbers = itertools.count(1)
        self._asked: dict[int, asyncio.Future[Message]] = {}

    async def messages(self) -> AsyncIterator[Message]:
        """Return what the other side asks and tells until it goes; its responses are taken."""
        try:
            while (message := await self._read()) is not None:
                if message["type"] == "response":
                    self._take(message)
                else:
                    yield message
        finally:
            self.close()

    async def ask(self, command: str, arguments: Mapping[str, Any] | None = None) -> Message:
        """Ask for something, and return the body of the response.

        :raises RefusedError: if the other side refuses, or goes.
        """
        number = self._send(type="request", command=command, arguments=dict(arguments or {}))
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        response = await answer
        if not response.get("success"):
            raise RefusedError(response.get("message") or f"{command} was refused")
        body: Message = response.get("body") or {}
        return body

    def answer(self, request: Message, body: Mapping[str, Any] | None = None) -> None:
        """Say that what was asked for is done."""
        told = {"request_seq": request["seq"], "command": request["command"], "success": True}
        self._send(type="response", **told, **({} if body is None else {"body": dict(body)}))

    def refuse(self, request: Message, why: str) -> None:
        """Say that what was asked for is not done, and why."""
        told = {"request_seq": request["seq"], "command": request["command"], "success": False}
        error = {"error": {"id": 1, "format": why, "showUser": True}}
        self._send(type="response", **told, message=why, body=error)

    def tell(self, event: str, body: Mapping[str, Any] | None = None) -> None:
        """Tell what has happened."""
        self._send(type="event", event=event, body=dict(body or {}))

    def close(self) -> None:
        """End the connection; who waits for a response is told so."""
        self._writer.close()
        for answer in self._asked.values():
            if not answer.done():
                answer.set_result({"success": False, "message": "the connection has ended"})
        self._asked.clear()

    def _send(self, **message: Any) -> int:  # noqa: ANN401 -- what JSON can hold
        number = next(self._numbers)
        content = json.dumps({"seq": number, **message}).encode()
        if not self._writer.is_closing():
            self._writer.write(b"Content-Length: %d\r\n\r\n" % len(content) + content)
        return number

    def _take(self, response: Message) -> None:
        answer = self._asked.pop(response.get("request_seq", 0), None)
        if answer is not None and not answer.done():
            answer.set_result(response)

    async def _read(self) -> Message | None:
        try:
            length = 0
            while line := (await self._reader.readuntil(b"\n")).strip():
                name, _, value = line.partition(b":")
                if name.strip().lower() == b"content-length":
                    length = int(value)
            message: Message = json.loads(await self._reader.readexactly(length))
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError, ValueError):
            return None  # it has gone, or does not speak this protocol
        return message
