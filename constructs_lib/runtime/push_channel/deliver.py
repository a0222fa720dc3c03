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


class NotOpenYetError(Exception):
    """A connection is kept, but its browser is still being let in: its turn comes again soon."""


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
        served = True
        for connection in channel.connections(user_id):
            try:
                _serve(user_id, connection, channel=channel, sockets=sockets, now=now)
            except Exception as error:  # other tabs and other users shall not wait for this one
                served = False
                facts = {"userId": user_id, "connectionId": connection.id}
                log("not delivered", level="WARNING", error=repr(error), **facts)
        return served

    with ThreadPoolExecutor(USERS_AT_ONCE) as pool:
        served = list(pool.map(is_served, first))
    failed = [number for number, done in zip(first.values(), served, strict=True) if not done]
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}


def _serve(
    user_id: str, connection: Connection, *, channel: Channel, sockets: Poster, now: float
) -> None:
    """Send a connection what it lacks, or forget it where nobody is there."""
    messages = iter(channel.messages(user_id, after=connection.cursor, now=now))
    sent, last = 0, connection.cursor
    facts = {"userId": user_id, "connectionId": connection.id}
    try:
        while some := list(islice(messages, MESSAGES_AT_ONCE)):
            begin = last
            try:
                for message in some:
                    _post(message, connection, sockets=sockets)
                    sent, last = sent + 1, message.number
            finally:
                if last > begin:
                    channel.move_cursor(user_id, connection.id, last)
    except GoneError as error:
        if now - connection.connected_at < OPENING_SECONDS:
            raise NotOpenYetError(connection.id) from error
        channel.close(user_id, connection.id)
        log("gone", sent=sent, **facts)
    else:
        if sent:
            log("delivered", sent=sent, last=message_id(last), **facts)


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
