"""Messages in hand: received, hidden from everybody else, and given back unless deleted."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, Self

from blockwork.failures.messages import Message

HIDDEN_SECONDS = 30
"""For how long a killed process hides what it had in hand."""
REFRESH_SECONDS = 10.0
MOST_EMPTY_ANSWERS = 3
MOST_A_CALL = 10


@dataclass(frozen=True, kw_only=True)
class Depth:
    """About how many messages a queue has, at a time of its own clock."""

    visible: int
    hidden: int
    at: datetime


class QueueError(Exception):
    """A queue did not do as it was told; the message says why."""


class Queue(Protocol):
    """A failure chain's queue. SQS in production, a list in unit tests."""

    def depth(self) -> Depth:
        """Count its messages, nearly."""
        ...

    def receive(self, hidden_seconds: int) -> list[Message]:
        """Wait a second for up to ten messages, and hide them for a while."""
        ...

    def hide(self, messages: list[Message], seconds: int) -> None:
        """Hide up to ten received messages for so long from now on; 0 puts them back."""

    def delete(self, message: Message) -> None:
        """Delete a received message.

        :raises QueueError: if that cannot be done.
        """


class Hand:
    """Takes messages out of a queue for as long as the block runs.

    What is not deleted goes back when the block ends, however it ends. A process that is killed
    loses nothing either: the queue shows its messages again after `HIDDEN_SECONDS`.
    """

    def __init__(self, queue: Queue, *, refresh_seconds: float = REFRESH_SECONDS) -> None:
        self._queue = queue
        self._refresh_seconds = refresh_seconds
        self._held: dict[str, Message] = {}
        self._deleted: set[str] = set()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._refresher = threading.Thread(target=self._refresh, daemon=True)

    def __enter__(self) -> Self:
        """Begin to keep hidden what is taken."""
        self._refresher.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Give back what was not deleted."""
        self._ended.set()
        self._refresher.join()
        self._hide_all(0)

    def __len__(self) -> int:
        """Count what is in hand."""
        return len(self._held)

    def take(self, *, at_least: int = 0) -> Iterator[Message]:
        """Give every message once, until the queue shows no more.

        :param at_least: how many there should be: SQS may overlook some of them in one answer, so
            fewer are believed only when it says so repeatedly.
        """
        empty = 0
        while empty < MOST_EMPTY_ANSWERS:
            received = self._queue.receive(HIDDEN_SECONDS)
            fresh = [message for message in received if self._is_new(message)]
            yield from fresh
            empty = 0 if fresh else empty + 1
            if not received and len(self._held) + len(self._deleted) >= at_least:
                return

    def delete(self, message: Message) -> None:
        """Delete a message that is in hand."""
        with self._lock:
            latest = self._held[message.id]
        self._queue.delete(latest)
        with self._lock:
            del self._held[message.id]
            self._deleted.add(message.id)

    def _is_new(self, message: Message) -> bool:
        with self._lock:
            if message.id in self._deleted:
                again = True
            else:
                known = self._held.get(message.id)
                # SQS delivers at least once; only the latest receipt is sure to delete.
                self._held[message.id] = (
                    replace(known, receipt=message.receipt) if known else message
                )
                return known is None
        if again:
            self._queue.delete(message)
        return False

    def _refresh(self) -> None:
        while not self._ended.wait(self._refresh_seconds):
            self._hide_all(HIDDEN_SECONDS)

    def _hide_all(self, seconds: int) -> None:
        with self._lock:
            held = list(self._held.values())
        for start in range(0, len(held), MOST_A_CALL):
            self._queue.hide(held[start : start + MOST_A_CALL], seconds)
