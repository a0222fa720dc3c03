"""`$disconnect`: forget the connection."""

from functools import cache
from typing import Any, Protocol

from .channel_table import ChannelTable
from .log import log


class Connections(Protocol):
    """The part of `ChannelTable` that is used here."""

    def close(self, user_id: str, connection_id: str) -> None:
        """Forget a connection."""


def disconnect(event: dict[str, Any], *, connections: Connections) -> dict[str, Any]:
    """Forget it; API Gateway does not promise to call, `deliver` notices what it missed."""
    context = event["requestContext"]
    user_id, connection_id = context["authorizer"]["userId"], context["connectionId"]
    connections.close(user_id, connection_id)
    code = context.get("disconnectStatusCode")
    log("disconnected", userId=user_id, connectionId=connection_id, code=code)
    return {"statusCode": 200}


_connections = cache(ChannelTable.from_environment)


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda entry point."""
    return disconnect(event, connections=_connections())
