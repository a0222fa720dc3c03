"""The feed on a Kinesis stream: a post is one record, all of it taken or none."""

import os
from typing import Protocol, Self

import boto3
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NotConnectedError

from blockwork.runtime.aws import PATIENCE
from readings.adapters.feed_records import record_of
from readings.domain.feed import FeedBusyError, Post

BUSY = {
    "InternalFailure",
    "InternalFailureException",
    "KMSThrottlingException",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "ServiceUnavailable",
    "ThrottlingException",
}


class KinesisClient(Protocol):
    """What is used of boto3's."""

    def put_record(self, *, StreamName: str, PartitionKey: str, Data: bytes) -> object:  # noqa: N803
        """Put one record."""
        ...


class FeedStream:
    """The port `Feed` on Kinesis; a meter's posts come one after the other.

    :param client: a Kinesis client.
    :param name: the stream's name.
    """

    def __init__(self, client: KinesisClient, name: str) -> None:
        self._client = client
        self._name = name

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the stream which the variable FEED_STREAM names."""
        return cls(boto3.client("kinesis", config=PATIENCE), os.environ["FEED_STREAM"])

    def send(self, post: Post) -> None:
        """Put a record; the client has tried again before it gives up.

        One post that is taken twice by that, as its answer was lost, is stored once.
        """
        try:
            self._client.put_record(
                StreamName=self._name, PartitionKey=post.meter_id, Data=record_of(post)
            )
        except (NotConnectedError, HTTPClientError) as error:
            raise FeedBusyError from error
        except ClientError as error:
            if error.response["Error"]["Code"] in BUSY:
                raise FeedBusyError from error
            raise
