import threading
from datetime import timedelta

import pytest

from blockwork.failures.hand import Hand
from blockwork.failures.messages import Failure
from blockwork.failures.redrive import RedriveError, Result, redrive
from tests.unit.blockwork.failures.queues import InMemoryQueue
from tests.unit.blockwork.failures.samples import NOON, invocation, message
from tests.waiting import PATIENCE, eventually


class Consumer:
    """Runs what it is given; messages in `broken` fail."""

    def __init__(self, *broken: str) -> None:
        self.broken = broken
        self.ran: list[str] = []

    def __call__(self, failure: Failure) -> None:
        self.ran.append(failure.message.id)
        if failure.message.id in self.broken:
            raise RedriveError("still broken")


def chain(count: int) -> InMemoryQueue:
    return InMemoryQueue([message(invocation(), f"m{n}") for n in range(count)])


def run(queue: InMemoryQueue, consumer: Consumer, only: str | None = None) -> Result:
    return redrive(queue, consumer, only=only, stop=threading.Event())


def test_every_message_runs_once_and_is_gone() -> None:
    queue, consumer = chain(50), Consumer()

    result = run(queue, consumer)

    assert str(result) == "50 redriven, 0 failed, 0 left"
    assert sorted(consumer.ran) == sorted(f"m{n}" for n in range(50))
    assert not queue.messages


def test_what_fails_again_stays_and_is_tried_once() -> None:
    queue, consumer = chain(5), Consumer("m1", "m3")

    result = run(queue, consumer)

    assert str(result) == "3 redriven, 2 failed, 2 left"
    assert sorted(queue.messages) == ["m1", "m3"]
    assert not queue.hidden
    assert len(consumer.ran) == 5
    assert {reason for _, reason in result.failed} == {"still broken"}


def test_a_second_run_brings_back_what_the_first_could_not() -> None:
    queue = chain(5)
    run(queue, Consumer("m1"))

    result = run(queue, Consumer())

    assert str(result) == "1 redriven, 0 failed, 0 left"


def test_a_message_that_cannot_be_run_fails_and_stays() -> None:
    queue, consumer = InMemoryQueue([message("?")]), Consumer()

    result = run(queue, consumer)

    assert str(result) == "0 redriven, 1 failed, 1 left"
    assert not consumer.ran
    assert queue.messages


def test_one_message_alone_runs_and_the_others_are_put_back() -> None:
    queue, consumer = chain(30), Consumer()

    result = run(queue, consumer, only="m25")

    assert consumer.ran == ["m25"]
    assert str(result) == "1 redriven, 0 failed, 29 left"
    assert not queue.hidden


def test_stopping_finishes_what_has_begun_and_puts_the_rest_back() -> None:
    queue, stop = chain(50), threading.Event()
    consumer = Consumer()

    def stop_soon(result: Result) -> None:
        if result.redriven == 3:
            stop.set()

    result = redrive(queue, consumer, stop=stop, on_change=stop_soon, at_once=1)

    assert result.redriven == len(consumer.ran) < 10
    assert result.left == 50 - len(consumer.ran) == len(queue.messages)
    assert not queue.hidden


def test_several_run_at_once_but_not_too_many() -> None:
    queue, running, most = chain(12), 0, 0
    lock, three_at_once = threading.Lock(), threading.Barrier(3)

    def slow(_failure: Failure) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        three_at_once.wait(PATIENCE)
        with lock:
            running -= 1

    redrive(queue, slow, stop=threading.Event(), at_once=3)

    assert most == 3


def test_what_a_consumer_parks_again_meanwhile_is_left_alone() -> None:
    queue = chain(2)

    def park_again(failure: Failure) -> None:
        new = message(invocation(), f"{failure.message.id}-again", NOON + timedelta(seconds=5))
        queue.messages[new.id] = new

    result = redrive(queue, park_again, stop=threading.Event())

    assert result.redriven == 2
    assert sorted(queue.messages) == ["m0-again", "m1-again"]
    assert not queue.hidden


def test_a_queue_that_overlooks_messages_is_asked_again() -> None:
    queue = chain(3)
    queue.overlooks = 2

    assert str(run(queue, Consumer())) == "3 redriven, 0 failed, 0 left"


def test_what_a_killed_redrive_had_in_hand_is_waited_for() -> None:
    queue, consumer = chain(5), Consumer()
    queue.receive(30)
    queue.messages["new"] = message(invocation(), "new")
    threading.Timer(0.2, queue.hidden.clear).start()

    assert str(run(queue, consumer)) == "6 redriven, 0 failed, 0 left"
    assert len(consumer.ran) == 6


def test_what_somebody_else_keeps_in_hand_is_left_and_counted() -> None:
    queue = chain(5)
    queue.receive(30)
    queue.messages["new"] = message(invocation(), "new")

    result = redrive(queue, Consumer(), stop=threading.Event(), patience=0)

    assert str(result) == "1 redriven, 0 failed, 5 left"


def test_a_message_delivered_twice_is_given_once_and_deleted_by_its_latest_receipt() -> None:
    queue = chain(1)
    with Hand(queue) as hand:
        taken = hand.take(at_least=2)
        first = next(taken)
        queue.hidden.clear()  # as if it had been delivered twice
        assert list(taken) == []

        hand.delete(first)

    assert not queue.messages


def test_what_is_in_hand_stays_hidden_while_the_work_lasts() -> None:
    queue = chain(1)
    with Hand(queue, refresh_seconds=0.01) as hand:
        list(hand.take())
        queue.hidden["m0"] = 1
        assert eventually(lambda: queue.hidden["m0"], until=lambda seconds: seconds != 1) == 30


def test_looking_puts_everything_back_even_when_it_ends_badly() -> None:
    queue = chain(25)

    def look() -> None:
        with Hand(queue) as hand:
            next(hand.take())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        look()

    assert len(queue.messages) == 25
    assert not queue.hidden
