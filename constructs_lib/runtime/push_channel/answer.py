"""Every message of a browser: keep the connection open, or ask for what was missed."""

import json
import time
from functools import cache
from typing import Any, Protocol

from .channel_table import ChannelTable
from .log import log

KNOWN = '{"action": "ping"} or {"action": "resume"}'


class Connections(Protocol):
    """The part of `ChannelTable` that is used here."""

    def ask_for_missed(self, user_id: str, connection_id: str, *, now: float) -> None:
        """Have the connection sent what it missed."""


def answer(event: dict[str, Any], *, connections: Connections, now: float) -> dict[str, Any]:
    """Answer one message."""
    context = event["requestContext"]
    match _action(event.get("body") or ""):
        case "ping":
            reply = {"type": "pong"}
        case "resume":
            user_id, connection_id = context["authorizer"]["userId"], context["connectionId"]
            connections.ask_for_missed(user_id, connection_id, now=now)
            log("resuming", userId=user_id, connectionId=connection_id)
            reply = {"type": "resuming"}
        case _:
            reply = {"type": "error", "detail": f"a message must be {KNOWN}"}
    return {"statusCode": 200, "body": json.dumps(reply)}


def _action(body: str) -> object:
    try:
        message = json.loads(body)
    except (RecursionError, ValueError):
        return None
    return message.get("action") if isinstance(message, dict) else None


_connections = cache(ChannelTable.from_environment)


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda entry point."""
    return answer(event, connections=_connections(), now=time.time())
