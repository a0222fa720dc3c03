"""The SQS queue of purchases to look at again."""

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Self

import boto3
import msgspec

from blockwork.runtime.aws import PATIENCE
from vouchers.domain.purchase import Purchase

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

LONGEST_DELAY = timedelta(minutes=15)
"""SQS's own limit; a message that comes early is sent again by whoever finds that out."""


class SettlementMessage(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Which purchase to settle."""

    user_id: str
    key: str
    correlation_id: str


class SettlementQueue:
    """The port `Settlements` on SQS.

    :param client: an SQS client.
    :param url: the queue's URL.
    :param delay: how long after a request begins its purchase is looked at.
    """

    def __init__(self, client: "SQSClient", url: str, delay: timedelta) -> None:
        self._client = client
        self._url = url
        self._delay = delay

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to SETTLE_QUEUE_URL, with the delay SETTLE_SECONDS."""
        return cls(
            boto3.client("sqs", config=PATIENCE),
            os.environ["SETTLE_QUEUE_URL"],
            timedelta(seconds=int(os.environ["SETTLE_SECONDS"])),
        )

    def schedule(self, purchase: Purchase, *, after: timedelta | None = None) -> None:
        """Send a message that arrives in a while, to the second above."""
        delay = min(self._delay if after is None else after, LONGEST_DELAY)
        message = SettlementMessage(
            user_id=purchase.user_id, key=purchase.key, correlation_id=purchase.correlation_id
        )
        self._client.send_message(
            QueueUrl=self._url,
            MessageBody=msgspec.json.encode(message).decode(),
            DelaySeconds=-(-delay // timedelta(seconds=1)),
        )
