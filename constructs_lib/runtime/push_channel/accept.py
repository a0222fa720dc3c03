"""Target of a rule: an event becomes the next message to the user it concerns."""

import json
import os
import time
from functools import cache
from typing import Any, Protocol

from .channel_table import ChannelTable
from .log import log
from .message import LARGEST_MESSAGE, Message
from .news import Forms, UnusableEventError, read, told_forms


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


def accept(
    event: dict[str, Any],
    *,
    messages: Messages,
    now: float,
    keep_seconds: int,
    forms: Forms,
) -> None:
    """Keep the message; the table's stream has it delivered.

    :param forms: of events that name their user in another way than ours.
    :raises UnusableEventError: if the event names no user, cannot be written as JSON, or is larger
        than a message may be.
    """
    news = read(event, forms)
    try:
        data = json.dumps(news.data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        message = Message(number=0, type=news.type, time=news.time, data=data)
        size = len(message.text().encode())
    except (RecursionError, ValueError) as error:  # UnicodeEncodeError is one
        raise UnusableEventError(
            f"the data of {news.type} {news.event_id} is no JSON: {error}"
        ) from error
    if size > LARGEST_MESSAGE:
        raise UnusableEventError(
            f"a message may have at most {LARGEST_MESSAGE} bytes (API Gateway), "
            f"{news.type} {news.event_id} has {size}: publish an id of its data instead"
        )
    number = messages.append(
        news.user_id,
        event_id=news.event_id,
        type_=news.type,
        time_=news.time,
        data=data,
        now=now,
        keep_seconds=keep_seconds,
    )
    outcome = "known before" if number is None else "accepted"
    log(outcome, userId=news.user_id, number=number, type=news.type, eventId=news.event_id)


_messages = cache(ChannelTable.from_environment)


def handler(event: dict[str, Any], _context: object) -> None:
    """Lambda entry point."""
    keep_seconds = int(os.environ["MESSAGE_SECONDS"])
    accept(
        event,
        messages=_messages(),
        now=time.time(),
        keep_seconds=keep_seconds,
        forms=told_forms(),
    )
