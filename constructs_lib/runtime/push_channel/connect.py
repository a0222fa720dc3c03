"""`$connect`: keep the connection, and where in the user's messages it begins."""

import os
import time
from collections.abc import Sequence
from functools import cache
from typing import Any, Protocol

from .channel_table import ChannelTable
from .log import log
from .message import MESSAGE_ID


class Connections(Protocol):
    """The part of `ChannelTable` that is used here."""

    def last_number(self, user_id: str) -> int:
        """Return the number of the user's newest message."""

    def open(self, user_id: str, connection_id: str, *, cursor: int, now: float) -> None:
        """Keep a connection."""

    def ask_for_missed(self, user_id: str, connection_id: str, *, now: float) -> None:
        """Give the user's connections a turn of delivery."""

    def connections(self, user_id: str) -> Sequence[object]:
        """Return the user's connections."""


def connect(
    event: dict[str, Any], *, connections: Connections, now: float, most: int
) -> dict[str, Any]:
    """Begin after the message the browser knows, else after the newest one.

    An `after` that is no id of this user's messages means that nothing was missed.

    :param most: how many connections a user may have; delivery ends the oldest ones above it.
    """
    user_id = event["requestContext"]["authorizer"]["userId"]
    connection_id = event["requestContext"]["connectionId"]
    after = (event.get("queryStringParameters") or {}).get("after") or ""
    last = connections.last_number(user_id)
    cursor = min(int(after), last) if MESSAGE_ID.fullmatch(after) else last
    connections.open(user_id, connection_id, cursor=cursor, now=now)
    # What came in between: whoever delivers it may have looked before this connection was kept.
    if connections.last_number(user_id) > last or len(connections.connections(user_id)) > most:
        connections.ask_for_missed(user_id, connection_id, now=now)
    log("connected", userId=user_id, connectionId=connection_id, missed=last - cursor)
    return {"statusCode": 200}


_connections = cache(ChannelTable.from_environment)


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda entry point."""
    most = int(os.environ["CONNECTIONS_A_USER"])
    return connect(event, connections=_connections(), now=time.time(), most=most)
