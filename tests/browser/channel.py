"""What the back end tells a page over its WebSocket."""

import json
from typing import Any

from playwright.sync_api import Page, WebSocket


class Channel:
    """The connections of a page from now on, and what came over them."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.urls: list[str] = []
        self.messages: list[dict[str, Any]] = []
        page.on("websocket", self._listen)

    def wait_until_open(self) -> None:
        """Wait until the back end knows the page: it answers a ping, which coming back sends."""
        before = self._pongs()
        while self._pongs() == before:
            self._page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
            self._page.wait_for_timeout(200)

    def told(self) -> list[str]:
        """Return the types of what happened, in the order in which it was told."""
        return [message["type"] for message in self.messages if "id" in message]

    def _pongs(self) -> int:
        return sum(message["type"] == "pong" for message in self.messages)

    def _listen(self, socket: WebSocket) -> None:
        self.urls.append(socket.url)
        socket.on("framereceived", lambda text: self.messages.append(json.loads(text)))
