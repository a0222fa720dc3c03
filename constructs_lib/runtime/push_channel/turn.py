"""A connection's turn: it is sent what it lacks, as far as it can take it now.

A connection that fails, is not open yet or lacks very much is put aside: a new record at the end of
the table's stream gives it another turn, after everybody else. One that failed MOST_FAILURES times
running is ended; its browser comes back, says what it knows and gets the rest.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from .channel_table import Connection
from .log import log
from .message import Message, message_id
from .sockets import GoneError, TooLargeError, UnreachableError

MESSAGES_AT_ONCE = 25
"""How many are sent before that is noted: as many may be sent again after a crash."""
MESSAGES_A_TURN = 100
OPENING_SECONDS = 10
"""How long `$connect` may take (its function's timeout): until then API Gateway knows nobody."""
OPENING_PAUSE = 0.2
"""Seconds before one that is not open yet gets its next turn: it would come at once."""
MOST_FAILURES = 5

Failure = GoneError | UnreachableError


class Channel(Protocol):
    """The part of `ChannelTable` that is used here; each raises botocore's errors."""

    def connections(self, user_id: str) -> list[Connection]:
        """Return the user's connections."""

    def messages(self, user_id: str, *, after: int, now: float) -> Iterable[Message]:
        """Return later messages, in order."""

    def move_cursor(self, user_id: str, connection_id: str, number: int) -> None:
        """Note the last message that was sent, and that it was."""

    def note_failures(self, user_id: str, connection_id: str, failures: int) -> None:
        """Note how often running nothing could be sent."""

    def ask_for_missed(self, user_id: str, connection_id: str, *, now: float) -> None:
        """Give the user's connections another turn."""

    def close(self, user_id: str, connection_id: str) -> None:
        """Forget a connection."""


class Poster(Protocol):
    """The part of `Sockets` that is used here."""

    def post(self, connection_id: str, text: str) -> None:
        """Send a message."""

    def end(self, connection_id: str) -> None:
        """End a connection."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """What the turns of one batch have in common.

    :param now: epoch seconds.
    :param until: seconds of the monotonic clock; later turns are put aside.
    """

    channel: Channel
    sockets: Poster
    now: float
    until: float

    def serve(self, user_id: str, connection: Connection) -> None:
        """Send a connection what it lacks.

        :raises BotoCoreError: or ClientError, if the table does not answer.
        """
        messages = iter(self.channel.messages(user_id, after=connection.cursor, now=self.now))
        sent, error = 0, None
        while not error and (some := list(islice(messages, MESSAGES_AT_ONCE))):
            if sent >= MESSAGES_A_TURN or time.monotonic() > self.until:
                self._put_aside(user_id, connection)
                break
            done, error = self._send(some, connection)
            if done:
                self.channel.move_cursor(user_id, connection.id, some[done - 1].number)
            sent += done
        if sent:
            log("delivered", sent=sent, userId=user_id, connectionId=connection.id)
        if isinstance(error, GoneError):
            self._forget(user_id, connection)
        elif error:
            self._fail(user_id, connection, error, failures=0 if sent else connection.failures)

    def end(self, user_id: str, connection: Connection) -> None:
        """End a connection, and forget it."""
        try:
            self.sockets.end(connection.id)
        except GoneError:
            self._forget(user_id, connection)
        except UnreachableError as error:
            log("not ended", level="WARNING", error=str(error), connectionId=connection.id)
            self.channel.close(user_id, connection.id)
        else:
            self.channel.close(user_id, connection.id)
            log("ended", userId=user_id, connectionId=connection.id)

    def _send(self, messages: list[Message], connection: Connection) -> tuple[int, Failure | None]:
        """Return how many are done with, and what the next one met."""
        for done, message in enumerate(messages):
            try:
                self.sockets.post(connection.id, message.text())
            except TooLargeError:
                # `accept` refuses such messages; one that slipped in must not end the channel.
                number = message_id(message.number)
                facts = {"connectionId": connection.id, "number": number}
                log("too large to deliver", level="ERROR", **facts)
            except (GoneError, UnreachableError) as error:
                return done, error
        return len(messages), None

    def _fail(self, user_id: str, connection: Connection, error: Failure, *, failures: int) -> None:
        """Give the connection another turn, or end it.

        :param failures: how many there were running before this one.
        """
        failures += 1
        facts = {"userId": user_id, "connectionId": connection.id, "failures": failures}
        log("not delivered", level="WARNING", error=str(error), **facts)
        if failures >= MOST_FAILURES:
            self.end(user_id, connection)
        else:
            self.channel.note_failures(user_id, connection.id, failures)
            self._put_aside(user_id, connection)

    def _forget(self, user_id: str, connection: Connection) -> None:
        """Forget a connection where nobody is any more; wait for one that is just being let in."""
        if self.now - connection.connected_at < OPENING_SECONDS:
            time.sleep(OPENING_PAUSE)
            self._put_aside(user_id, connection)
        else:
            self.channel.close(user_id, connection.id)
            log("gone", userId=user_id, connectionId=connection.id)

    def _put_aside(self, user_id: str, connection: Connection) -> None:
        self.channel.ask_for_missed(user_id, connection.id, now=time.time())
