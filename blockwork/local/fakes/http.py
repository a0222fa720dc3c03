"""A small HTTP server: h11 reads and writes, asyncio carries.

It can do what servers should not: answer never, or twice.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote

import h11

from blockwork.local.front_door import FrontDoor

MOST_BYTES = 256 * 1024
"""Of a request's body. A longer one ends the connection without an answer."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request, whole.

    :param path: its parts, decoded; none of them is empty.
    :param headers: by their names in lower case.
    :param parameters: what stands in the path for `{name}` of its route.
    """

    method: str
    path: tuple[str, ...]
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    parameters: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        """Return the body, which must be a JSON object.

        :raises RefusedError: if it is not; the answer is 400.
        """
        try:
            content = json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise RefusedError(400, f"the body must be a JSON object: {error}") from error
        if not isinstance(content, dict):
            raise RefusedError(400, f"the body must be a JSON object, got {content!r:.100}")
        return content


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

    @classmethod
    def problem(cls, status: int, detail: str) -> "Answer":
        """Answer with a problem (RFC 9457)."""
        content = {"title": HTTPStatus(status).phrase, "status": status, "detail": detail}
        body = json.dumps({"type": "about:blank", **content}).encode()
        return cls(status=status, body=body, content_type="application/problem+json")


class RefusedError(Exception):
    """A request is refused; whoever raises it says with which status, and why."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.answer = Answer.problem(status, detail)


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
        return Answer.problem(403, reason)
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
