"""Bring failed events back: run each again, and delete it only when that went well."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from blockwork.failures.hand import HIDDEN_SECONDS, Depth, Hand, Queue, QueueError
from blockwork.failures.messages import Failure, Message, recognise

AT_ONCE = 8
CLOCK_STEP = timedelta(seconds=1)  # the queue tells its time in whole seconds
LOOK_EVERY_SECONDS = 1.0
PATIENCE_SECONDS = HIDDEN_SECONDS + 5.0


class RedriveError(Exception):
    """A payload did not get through, or not well; the message says why."""


class Redeliver(Protocol):
    """Gives a failure's payload to its target again."""

    def __call__(self, failure: Failure, /) -> None:
        """Return when the target has done its work.

        :raises RedriveError: if it has not, or cannot be asked.
        """


@dataclass(kw_only=True)
class Result:
    """What a redrive has done so far.

    :param expected: about how many messages there were, until it is known.
    :param failed: what stays, with the reason.
    :param came: messages that came while it ran; they are left alone.
    """

    expected: int = 0
    redriven: int = 0
    came: int = 0
    failed: list[tuple[Failure, str]] = field(default_factory=list)

    @property
    def seen(self) -> int:
        """How many messages there were for sure."""
        return self.redriven + len(self.failed) + self.came

    @property
    def left(self) -> int:
        """How many messages stay in the queue."""
        return max(self.expected, self.seen) - self.redriven

    def add(self, other: "Result") -> None:
        """Count what another redrive has done too."""
        self.expected += other.redriven + other.left
        self.redriven += other.redriven
        self.came += other.came
        self.failed += other.failed

    def __str__(self) -> str:
        """Say it in a line."""
        return f"{self.redriven} redriven, {len(self.failed)} failed, {self.left} left"


def redrive(
    queue: Queue,
    redeliver: Redeliver,
    *,
    only: str | None = None,
    stop: threading.Event,
    on_change: Callable[[Result], None] = lambda _result: None,
    at_once: int = AT_ONCE,
    patience: float = PATIENCE_SECONDS,
) -> Result:
    """Run every message again that was in the queue at the start.

    :param only: the id of the one message to run. Default: all.
    :param stop: set it to end early: what has begun is finished, the rest is put back.
    :param on_change: told of each message that is done.
    :param at_once: how many run at the same time.
    :param patience: for how many seconds to wait for what was hidden at the start: a redrive that
        was killed hides what it had in hand. Default: a little longer than that can last.
    """
    depth = queue.depth()
    result = Result(expected=depth.visible + depth.hidden)
    lock = threading.Lock()
    slots = threading.BoundedSemaphore(at_once)

    def run(message: Message) -> None:
        failure = recognise(message)
        try:
            if failure.obstacle:
                raise RedriveError(failure.obstacle)
            redeliver(failure)
            hand.delete(message)
        except (RedriveError, QueueError) as error:
            with lock:
                result.failed.append((failure, str(error)))
        else:
            with lock:
                result.redriven += 1
        finally:
            slots.release()
        on_change(result)

    def due() -> Iterator[Message]:
        for message in _shown(queue, hand, depth, stop, patience):
            # A consumer may park what fails again as a new message: taken now, it would never end.
            if message.sent_at > depth.at + CLOCK_STEP:
                result.came += 1
            elif only in (None, message.id):
                yield message
                if only:
                    return

    with Hand(queue) as hand, ThreadPoolExecutor(at_once) as pool:
        jobs = []
        for message in due():
            slots.acquire()
            if stop.is_set():
                slots.release()
                break
            jobs.append(pool.submit(run, message))
        for job in jobs:
            job.result()
        if not only and not stop.is_set():
            result.expected = result.seen + (_hidden_by_others(queue, hand) if depth.hidden else 0)
    return result


def _shown(
    queue: Queue, hand: Hand, start: Depth, stop: threading.Event, patience: float
) -> Iterator[Message]:
    """Give what the queue shows, and what was hidden at the start when it shows it again."""
    yield from hand.take(at_least=start.visible)
    deadline = time.monotonic() + patience
    # Only then: SQS counts what was just deleted as hidden for up to a minute.
    while start.hidden and time.monotonic() < deadline and _hidden_by_others(queue, hand):
        if stop.wait(LOOK_EVERY_SECONDS):
            return
        yield from hand.take()


def _hidden_by_others(queue: Queue, hand: Hand) -> int:
    return max(0, queue.depth().hidden - len(hand))
