"""What the back end tells a page over its WebSocket."""

import json
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, WebSocket

from tests.browser.conftest import PATIENCE_MS


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
        deadline = time.monotonic() + PATIENCE_MS / 1000
        while not check():
            assert time.monotonic() < deadline, f"{otherwise}, got {self.messages}"
            self._page.wait_for_timeout(200)  # which lets the page's events in

    def _pongs(self) -> int:
        return sum(message["type"] == "pong" for message in self.messages)

    def _listen(self, socket: WebSocket) -> None:
        self.urls.append(socket.url)
        socket.on("framereceived", lambda text: self.messages.append(json.loads(text)))
