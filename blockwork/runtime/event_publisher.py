"""Puts events on the bus: checked, in batches, and never losing one of a batch silently."""

import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, Self

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from blockwork.runtime.aws import PATIENCE
from blockwork.runtime.envelope import Envelope
from blockwork.runtime.observability import logger

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

# Quotas of PutEvents, see "Amazon EventBridge PutEvents" in its user guide.
MOST_ENTRIES = 10
MOST_BYTES = 256 * 1024

ROUNDS = 4
FIRST_PAUSE = 0.1


class EventTooLargeError(Exception):
    """An event is larger than the bus takes; keep what is large elsewhere and name it."""


class EventsNotPublishedError(Exception):
    """Some events could not be put on the bus.

    :param unsent: these; all others are on the bus.
    """

    def __init__(self, unsent: Sequence[Envelope[Any]], reasons: set[str]) -> None:
        names = ", ".join(sorted({envelope.name for envelope in unsent}))
        super().__init__(
            f"{len(unsent)} events ({names}) are not on the bus: {'; '.join(sorted(reasons))}"
        )
        self.unsent = tuple(unsent)


class Events(Protocol):
    """Where events go: the bus in production, a list in unit tests."""

    def publish(self, *envelopes: Envelope[Any]) -> None:
        """Tell the other microservices.

        :raises InvalidEventError: if one does not fit its contract; none is sent then.
        :raises EventTooLargeError: if one has more than 256 KB; none is sent then.
        :raises EventsNotPublishedError: after several tries, with those that are unsent.
        """


@dataclass(frozen=True, slots=True)
class _Entry:
    envelope: Envelope[Any]
    request: "PutEventsRequestEntryTypeDef"
    size: int


class EventPublisher:
    """The port `Events` on EventBridge.

    :param client: an EventBridge client.
    :param bus: the bus's name.
    :param sleep: waits some seconds. Default: really.
    """

    def __init__(
        self,
        client: "EventBridgeClient",
        bus: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._bus = bus
        self._sleep = sleep

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the bus which the variable EVENT_BUS_NAME names."""
        return cls(boto3.client("events", config=PATIENCE), os.environ["EVENT_BUS_NAME"])

    def publish(self, *envelopes: Envelope[Any]) -> None:
        """Put them on the bus; only what EventBridge did not take is tried again."""
        pending = [self._entry(envelope) for envelope in envelopes]
        reasons: set[str] = set()
        for round_ in range(ROUNDS):
            if round_:
                self._sleep(FIRST_PAUSE * 2**round_ * random.uniform(0.5, 1))
            reasons.clear()
            pending = [
                entry for batch in _batches(pending) for entry in self._untaken(batch, reasons)
            ]
            if not pending:
                return
        raise EventsNotPublishedError([entry.envelope for entry in pending], reasons)

    def _entry(self, envelope: Envelope[Any]) -> _Entry:
        detail = envelope.to_detail()
        # How EventBridge counts: source, detail type and detail in UTF-8.
        size = len(envelope.source) + len(envelope.name) + len(detail)
        if size > MOST_BYTES:
            raise EventTooLargeError(
                f"{envelope.name} {envelope.metadata.id} must have at most {MOST_BYTES} bytes,"
                f" got {size}: publish where its data is instead of the data"
            )
        return _Entry(
            envelope,
            {
                "EventBusName": self._bus,
                "Source": envelope.source,
                "DetailType": envelope.name,
                "Detail": detail.decode(),
            },
            size,
        )

    def _untaken(self, batch: list[_Entry], reasons: set[str]) -> list[_Entry]:
        """Put one batch and return what EventBridge did not take, adding why."""
        try:
            answer = self._client.put_events(Entries=[entry.request for entry in batch])
        except (BotoCoreError, ClientError) as error:
            logger.warning("events were not put on the bus", reason=str(error))
            reasons.add(str(error))
            return batch
        untaken = []
        for entry, result in zip(batch, answer["Entries"], strict=True):
            if "ErrorCode" in result:
                reasons.add(f"{result['ErrorCode']}: {result.get('ErrorMessage', '')}")
                untaken.append(entry)
        return untaken


def _batches(entries: list[_Entry]) -> Iterator[list[_Entry]]:
    """Split into batches that one call takes, in their order."""
    batch: list[_Entry] = []
    size = 0
    for entry in entries:
        if batch and (len(batch) == MOST_ENTRIES or size + entry.size > MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(entry)
        size += entry.size
    if batch:
        yield batch
