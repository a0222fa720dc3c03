"""A small HTTP server: h11 reads and writes, asyncio carries.

It can do what servers should not: answer late, never, or twice.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

import h11

from blockwork.local.front_door import FrontDoor

MOST_BYTES = 256 * 1024
"""A hundred recipients of a campaign with their links take about 100 kB at most."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request, whole.

    :param path: its parts, decoded; none of them is empty.
    :param headers: by their names in lower case.
    """

    method: str
    path: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:  # noqa: ANN401 -- JSON holds anything
        """Return the body.

        :raises ValueError: if it is not JSON.
        """
        return json.loads(self.body)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer.

    :param times: how often it is sent.
    """

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    times: int = field(default=1)

    @classmethod
    def of(cls, status: int, content: object, *, times: int = 1) -> "Answer":
        """Answer with JSON."""
        return cls(status=status, body=json.dumps(content).encode(), times=times)


DOWN = Answer.of(503, {"error": "down"})
NOT_FOUND = Answer.of(404, {"error": "not found"})

OnRequest = Callable[[Request], Awaitable[Answer | None]]


async def serve(answer: OnRequest, host: str, port: int) -> asyncio.Server:
    """Listen, and return the server; it is for programs, no page of a browser may use it.

    :param answer: is asked for each answer; None closes the connection without one.
    """
    door = FrontDoor(port=port)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError, h11.RemoteProtocolError):
                while await _exchange(answer, door, reader, writer):
                    pass
        finally:
            writer.close()

    return await asyncio.start_server(talk, host, port)


async def _exchange(
    answer: OnRequest, door: FrontDoor, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> bool:
    """Answer one request, and tell whether the connection can carry another."""
    connection = h11.Connection(h11.SERVER)
    read = await _read(connection, reader)
    answered = await _answer(answer, door, *read) if read else None
    if answered is None:
        return False
    headers = [
        ("Content-Type", answered.content_type),
        ("Content-Length", str(len(answered.body))),
    ]
    # h11 adds `Connection: close` where the client wants it.
    parts = [h11.Response(status_code=answered.status, headers=headers)]
    sent = [connection.send(part) or b"" for part in parts]
    sent += [connection.send(h11.Data(data=answered.body)) or b""]
    sent += [connection.send(h11.EndOfMessage()) or b""]
    writer.write(b"".join(sent) * answered.times)
    await writer.drain()
    return connection.our_state is not h11.MUST_CLOSE


async def _answer(
    answer: OnRequest, door: FrontDoor, head: h11.Request, body: bytes
) -> Answer | None:
    method, target = head.method.decode(), head.target.decode("latin-1")
    if reason := door.refusal(method, target, head.headers):
        return Answer.of(403, {"error": reason})
    path, _, query = target.partition("?")
    request = Request(
        method=method,
        path=tuple(unquote(part) for part in path.split("/") if part),
        query=dict(parse_qsl(query)),
        headers={name.decode(): value.decode("latin-1") for name, value in head.headers},
        body=body,
    )
    return await answer(request)


async def _read(
    connection: h11.Connection, reader: asyncio.StreamReader
) -> tuple[h11.Request, bytes] | None:
    """Return the next request and its body, if there is one that can be answered."""
    head: h11.Request | None = None
    body = b""
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(MOST_BYTES))
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += bytes(event.data)
            if len(body) > MOST_BYTES:
                return None
        elif isinstance(event, h11.EndOfMessage) and head:
            break
        else:
            return None
    return head, body
