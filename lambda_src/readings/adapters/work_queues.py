"""The work of imports in two SQS queues: ranges to be worked on, imports that may be over."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

import boto3
import msgspec

from blockwork.runtime.aws import PATIENCE
from readings.adapters.work_messages import FinishMessage, RangeMessage
from readings.domain.csv_file import Range
from readings.domain.planning import Standing

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

MOST_AT_ONCE = 10
"""Entries of a batch (SQS API reference, SendMessageBatch)."""


class NotQueuedError(Exception):
    """SQS has not taken some messages: all are to be sent again."""


class WorkQueues:
    """The port `Work` on SQS.

    :param client: an SQS client.
    :param ranges: URL of the queue of ranges.
    :param finishing: URL of the queue of imports that may be over.
    """

    def __init__(self, client: "SQSClient", ranges: str, finishing: str) -> None:
        self._client = client
        self._ranges = ranges
        self._finishing = finishing

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to RANGES_QUEUE_URL and FINISHING_QUEUE_URL."""
        return cls(
            boto3.client("sqs", config=PATIENCE),
            os.environ["RANGES_QUEUE_URL"],
            os.environ["FINISHING_QUEUE_URL"],
        )

    def add_ranges(self, standing: Standing, ranges: Sequence[Range]) -> None:
        """Send a message for each, ten at a time."""
        messages = [RangeMessage.of(standing, each) for each in ranges]
        for begin in range(0, len(messages), MOST_AT_ONCE):
            answer = self._client.send_message_batch(
                QueueUrl=self._ranges,
                Entries=[
                    {"Id": str(number), "MessageBody": msgspec.json.encode(message).decode()}
                    for number, message in enumerate(messages[begin : begin + MOST_AT_ONCE])
                ],
            )
            if failed := answer.get("Failed"):
                raise NotQueuedError(f"SQS has refused {len(failed)} messages: {failed[0]}")

    def finish(self, standing: Standing) -> None:
        """Send a message."""
        message = msgspec.json.encode(FinishMessage.of(standing)).decode()
        self._client.send_message(QueueUrl=self._finishing, MessageBody=message)
