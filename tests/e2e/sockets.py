"""WebSocket connections as a browser makes them."""

from contextlib import AbstractContextManager
from typing import Any

import httpx
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.e2e.conftest import Tokens, bearer
from tests.waiting import PATIENCE


def ticket_for(identity: httpx.Client, tokens: Tokens) -> str:
    """Return a ticket for one connection."""
    answer = identity.post("/tickets", headers=bearer(tokens.id_token))
    assert answer.status_code == 200, answer.text
    return str(answer.json()["ticket"])


def connected(config: dict[str, Any], query: str) -> AbstractContextManager[ClientConnection]:
    """Return a connection for a `with` block; `query` is such as `ticket=…`.

    :raises InvalidStatus: if it is refused.
    """
    url = f"{config['webSocketUrl']}?{query}"
    if url.startswith("wss:"):  # not of this machine: as HTTPS_PROXY says, where there is one
        return connect(url, open_timeout=PATIENCE)
    return connect(url, proxy=None, open_timeout=PATIENCE)


def refusal(config: dict[str, Any], query: str) -> int | None:
    """Return the status that a connection is refused with, None if it is not."""
    try:
        with connected(config, query):
            return None
    except InvalidStatus as error:
        return error.response.status_code
