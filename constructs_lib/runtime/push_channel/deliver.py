"""Consumer of the table's stream: send each connection of a user what it was not sent yet.

A record only says whose turn it is; the table says what to send. All records of a user come in
order and one batch at a time, so nobody else sends to the user's connections meanwhile.

Users share a shard of the stream, so no connection may hold it: see `turn`. Records come again only
while the table does not answer.
"""

import os
import time
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from .channel_table import ChannelTable
from .log import log
from .sockets import Sockets
from .turn import Channel, Poster, Turn

CONNECTIONS_AT_ONCE = 16
BATCH_SECONDS = 20
"""How long a batch is served before the rest is put aside; the function may take a minute."""


def deliver(
    records: list[dict[str, Any]],
    *,
    channel: Channel,
    sockets: Poster,
    now: float,
    most_connections: int,
    batch_seconds: float = BATCH_SECONDS,
) -> dict[str, Any]:
    """Send what is due to the users of the records; return whose records shall come again.

    :param most_connections: of a user; the oldest ones above it are ended.
    """
    first: dict[str, str] = {}
    for record in records:
        change = record["dynamodb"]
        first.setdefault(change["Keys"]["userId"]["S"], change["SequenceNumber"])
    turn = Turn(channel=channel, sockets=sockets, now=now, until=time.monotonic() + batch_seconds)
    turns: dict[str, list[Future[None]]] = {}
    with ThreadPoolExecutor(CONNECTIONS_AT_ONCE) as pool:
        for user_id in first:
            try:
                connections = channel.connections(user_id)
            except (BotoCoreError, ClientError) as error:
                _not_delivered(error, userId=user_id)
                break  # nor would the table answer for the others
            connections.sort(key=lambda connection: (connection.connected_at, connection.id))
            surplus = max(len(connections) - most_connections, 0)
            turns[user_id] = [
                pool.submit(do, user_id, connection)
                for do, some in (
                    (turn.end, connections[:surplus]),
                    (turn.serve, connections[surplus:]),
                )
                for connection in some
            ]
    failed = [number for user_id, number in first.items() if not _is_done(user_id, turns)]
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}


def _is_done(user_id: str, turns: dict[str, list[Future[None]]]) -> bool:
    """Tell whether the table kept up; what else went wrong would go wrong again."""
    errors = [error for turn in turns.get(user_id, []) if (error := turn.exception())]
    for error in errors:
        _not_delivered(error, userId=user_id)
    return user_id in turns and not any(
        isinstance(error, BotoCoreError | ClientError) for error in errors
    )


def _not_delivered(error: BaseException, **facts: object) -> None:
    log("not delivered", level="ERROR", error=f"{type(error).__name__}: {error}", **facts)


_channel, _sockets = cache(ChannelTable.from_environment), cache(Sockets.from_environment)


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda entry point."""
    return deliver(
        event["Records"],
        channel=_channel(),
        sockets=_sockets(),
        now=time.time(),
        most_connections=int(os.environ["CONNECTIONS_A_USER"]),
    )
