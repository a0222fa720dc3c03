"""What the back end tells a page over its WebSocket."""

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, WebSocket

from tests.browser.conftest import letting_events_in
from tests.waiting import NothingMovedError, eventually


class Channel:
    """The connections of a page from now on, and what came over them."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.urls: list[str] = []
        self.messages: list[dict[str, Any]] = []
        page.on("websocket", self._listen)

    def wait_until_open(self) -> None:
        """Wait until the back end knows the page: it answers a ping, which looking again sends."""
        before = self._pongs()

        def answered() -> bool:
            self._page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
            return self._pongs() > before

        self._wait(answered, "no answer to a ping")

    def wait_until_told(self, count: int) -> None:
        """Wait until so many things were told."""
        self._wait(lambda: len(self.told()) >= count, f"fewer than {count} messages")

    def told(self) -> list[str]:
        """Return the types of what happened, in the order in which it was told."""
        return [message["type"] for message in self.messages if "id" in message]

    def _wait(self, check: Callable[[], bool], otherwise: str) -> None:
        def look() -> tuple[bool, int]:
            return check(), len(self.told())

        try:
            eventually(look, until=lambda seen: seen[0], pause=letting_events_in(self._page))
        except NothingMovedError as error:
            raise AssertionError(f"{otherwise}, got {self.messages}") from error

    def _pongs(self) -> int:
        return sum(message["type"] == "pong" for message in self.messages)

    def _listen(self, socket: WebSocket) -> None:
        self.urls.append(socket.url)
        socket.on("framereceived", lambda text: self.messages.append(json.loads(text)))
