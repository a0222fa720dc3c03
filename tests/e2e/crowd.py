"""Many browsers at once, each with a WebSocket connection that keeps what it hears."""

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests import waiting
from tests.e2e.conftest import Tokens, bearer
from tests.waiting import PATIENCE

T = TypeVar("T")

AT_ONCE = 20
TICKETS_AT_ONCE = 4
"""Each takes a process of the emulator while it is made."""
TICKETS = 5
"""For one connection: so many are not refused one after the other by chance."""


@dataclass(kw_only=True, eq=False)
class Tab:
    """One open browser tab, as the README wants clients: it ignores an id that is not new to it.

    What a slow machine does not confirm within two seconds is sent again.

    :param heard: the messages that it was sent and took, as they came.
    """

    user_id: str
    socket: ClientConnection
    heard: list[dict[str, Any]] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        return [message["id"] for message in self.heard if "id" in message]

    async def listen(self) -> None:
        try:
            async for text in self.socket:
                message = json.loads(text)
                if "id" not in message or not self.ids or message["id"] > self.ids[-1]:
                    self.heard.append(message)
        except ConnectionClosed:
            return  # cut off: a browser notices no more than that

    async def resume(self) -> None:
        """Ask for what was missed, as a browser does once it is connected again."""
        await self.socket.send('{"action": "resume"}')

    def cut_off(self) -> None:
        """Vanish as a phone in a tunnel does: no close frame, the connection is just gone."""
        self.socket.transport.abort()


class Crowd:
    """Browsers of many users.

    :param tokens: of each user, by their id.
    """

    def __init__(self, config: dict[str, Any], tokens: dict[str, Tokens]) -> None:
        self._config = config
        self._tokens = tokens
        self._few = asyncio.Semaphore(AT_ONCE)
        self._fewer = asyncio.Semaphore(TICKETS_AT_ONCE)
        self._listening: set[asyncio.Task[None]] = set()
        self._http = httpx.AsyncClient(base_url=config["apis"]["identity"], timeout=PATIENCE)

    async def open(self, browsers: Iterable[tuple[str, str | None]]) -> list[Tab]:
        """Connect browsers, few at a time; each is its user and the last id it knows, if any."""
        return await asyncio.gather(*(self._open(user_id, after) for user_id, after in browsers))

    async def close(self, tabs: Iterable[Tab]) -> None:
        await asyncio.gather(*(tab.socket.close() for tab in tabs))
        await asyncio.gather(*self._listening)
        await self._http.aclose()

    async def _ticket(self, user_id: str) -> str:
        async with self._fewer:
            headers = bearer(self._tokens[user_id].id_token)
            answer = await self._http.post("/tickets", headers=headers)
        answer.raise_for_status()
        return str(answer.json()["ticket"])

    async def _connect(self, user_id: str, after: str) -> ClientConnection:
        """Ask for another ticket where one was refused, as a browser does.

        On a slow machine one may be taken by a request whose answer nobody waited for any more.
        """
        for attempt in range(TICKETS):
            url = f"{self._config['webSocketUrl']}?ticket={await self._ticket(user_id)}{after}"
            try:
                return await connect(url, proxy=None, open_timeout=PATIENCE, ping_interval=None)
            except InvalidStatus:
                if attempt == TICKETS - 1:
                    raise
        raise AssertionError("a loop over no tickets")

    async def _open(self, user_id: str, after: str | None) -> Tab:
        async with self._few:
            socket = await self._connect(user_id, f"&after={after}" if after else "")
        tab = Tab(user_id=user_id, socket=socket)
        listening = asyncio.create_task(tab.listen())
        self._listening.add(listening)
        listening.add_done_callback(self._listening.discard)
        return tab


async def eventually(look: Callable[[], T], *, until: Callable[[T], object] = bool) -> T:
    """Wait as `tests.waiting.eventually` does; browsers go on meanwhile."""
    return await asyncio.to_thread(waiting.eventually, look, until=until)
