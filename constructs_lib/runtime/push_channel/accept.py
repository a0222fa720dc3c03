"""Target of a rule: an event becomes the next message to the user it concerns."""

import json
import os
import time
from functools import cache
from typing import Any, Protocol

from .channel_table import ChannelTable
from .log import log
from .message import LARGEST_MESSAGE, Message


class UnusableEventError(Exception):
    """An event can never be pushed: trying again cannot help, mending its producer can."""


class Messages(Protocol):
    """The part of `ChannelTable` that is used here."""

    def append(
        self,
        user_id: str,
        *,
        event_id: str,
        type_: str,
        time_: str,
        data: str,
        now: float,
        keep_seconds: int,
    ) -> int | None:
        """Keep a message under the next number, once for each event."""


def accept(event: dict[str, Any], *, messages: Messages, now: float, keep_seconds: int) -> None:
    """Keep the message; the table's stream has it delivered.

    :raises UnusableEventError: if the event names no user, cannot be written as JSON, or is larger
        than a message may be.
    """
    type_ = _text(event, "detail-type")
    event_id = _text(event, "detail", "metadata", "id")
    time_ = _text(event, "detail", "metadata", "time")
    user_id = _text(event, "detail", "data", "userId")
    try:
        data = json.dumps(
            event["detail"]["data"],
            ensure_ascii=False,
            allow_nan=False,
            separators=(",", ":"),
        )
        size = len(Message(number=0, type=type_, time=time_, data=data).text().encode())
    except (RecursionError, ValueError) as error:  # UnicodeEncodeError is one
        raise UnusableEventError(f"the data of {type_} {event_id} is no JSON: {error}") from error
    if size > LARGEST_MESSAGE:
        raise UnusableEventError(
            f"a message may have at most {LARGEST_MESSAGE} bytes (API Gateway), "
            f"{type_} {event_id} has {size}: publish an id of its data instead"
        )
    number = messages.append(
        user_id,
        event_id=event_id,
        type_=type_,
        time_=time_,
        data=data,
        now=now,
        keep_seconds=keep_seconds,
    )
    outcome = "known before" if number is None else "accepted"
    log(outcome, userId=user_id, number=number, type=type_, eventId=event_id)


def _text(event: dict[str, Any], *path: str) -> str:
    value: Any = event
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    if not isinstance(value, str) or not value:
        raise UnusableEventError(
            f"{'.'.join(path)} must be a text that is not empty, got {type(value).__name__}"
        )
    return value


_messages = cache(ChannelTable.from_environment)


def handler(event: dict[str, Any], _context: object) -> None:
    """Lambda entry point."""
    keep_seconds = int(os.environ["MESSAGE_SECONDS"])
    accept(event, messages=_messages(), now=time.time(), keep_seconds=keep_seconds)
