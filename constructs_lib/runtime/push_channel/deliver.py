"""Consumer of the table's stream: send each connection of a user what it was not sent yet.

A record only says whose turn it is; the table says what to send. All records of a user come in
order and one batch at a time, so nobody else sends to the user's connections meanwhile.
"""

import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import islice
from typing import Any, Protocol

from .channel_table import ChannelTable, Connection
from .log import log
from .message import Message, message_id
from .sockets import GoneError, Sockets, TooLargeError

USERS_AT_ONCE = 8
MESSAGES_AT_ONCE = 25
"""How many are sent before that is noted: as many may be sent again after a crash."""
OPENING_SECONDS = 10
"""How long `$connect` may take (its function's timeout): until then API Gateway knows nobody."""


class Channel(Protocol):
    """The part of `ChannelTable` that is used here."""

    def connections(self, user_id: str) -> list[Connection]:
        """Return the user's connections."""

    def messages(self, user_id: str, *, after: int, now: float) -> Iterable[Message]:
        """Return later messages, in order."""

    def move_cursor(self, user_id: str, connection_id: str, number: int) -> None:
        """Note the last message that was sent."""

    def close(self, user_id: str, connection_id: str) -> None:
        """Forget a connection."""


class Poster(Protocol):
    """The part of `Sockets` that is used here."""

    def post(self, connection_id: str, text: str) -> None:
        """Send a message."""


def deliver(
    records: list[dict[str, Any]], *, channel: Channel, sockets: Poster, now: float
) -> dict[str, Any]:
    """Send what is due to the users of the records; return whose records shall come again."""
    first: dict[str, str] = {}
    for record in records:
        change = record["dynamodb"]
        first.setdefault(change["Keys"]["userId"]["S"], change["SequenceNumber"])

    def is_served(user_id: str) -> bool:
        done = [
            _serve(user_id, connection, channel=channel, sockets=sockets, now=now)
            for connection in channel.connections(user_id)
        ]
        return all(done)

    with ThreadPoolExecutor(USERS_AT_ONCE) as pool:
        served = list(pool.map(is_served, first))
    failed = [number for number, done in zip(first.values(), served, strict=True) if not done]
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}


def _serve(
    user_id: str, connection: Connection, *, channel: Channel, sockets: Poster, now: float
) -> bool:
    """Send a connection what it lacks, or forget it where nobody is there; tell if that is done."""
    facts = {"userId": user_id, "connectionId": connection.id}
    try:
        sent = _send(user_id, connection, channel=channel, sockets=sockets, now=now)
    except GoneError:
        if now - connection.connected_at < OPENING_SECONDS:
            log("not open yet", **facts)
            return False
        channel.close(user_id, connection.id)
        log("gone", **facts)
    except Exception as error:  # whatever it is, it concerns this connection alone
        log("not delivered", level="WARNING", error=f"{type(error).__name__}: {error}", **facts)
        return False
    else:
        if sent:
            log("delivered", sent=sent, **facts)
    return True


def _send(
    user_id: str, connection: Connection, *, channel: Channel, sockets: Poster, now: float
) -> int:
    """Send what the connection lacks, note how far that came, and return how many it was."""
    messages = iter(channel.messages(user_id, after=connection.cursor, now=now))
    sent = 0
    while some := list(islice(messages, MESSAGES_AT_ONCE)):
        last = None
        try:
            for message in some:
                _post(message, connection, sockets=sockets)
                sent, last = sent + 1, message.number
        finally:
            if last is not None:
                channel.move_cursor(user_id, connection.id, last)
    return sent


def _post(message: Message, connection: Connection, *, sockets: Poster) -> None:
    try:
        sockets.post(connection.id, message.text())
    except TooLargeError:
        # `accept` refuses such messages; one that slipped in must not end the user's channel.
        number = message_id(message.number)
        log("too large to deliver", level="ERROR", connectionId=connection.id, number=number)


_channel, _sockets = cache(ChannelTable.from_environment), cache(Sockets.from_environment)


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda entry point."""
    return deliver(event["Records"], channel=_channel(), sockets=_sockets(), now=time.time())
