"""The live feed on a stream: what is put there, and what is said of one that takes nothing now."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, ReadTimeoutError
from botocore.stub import Stubber
from readings.adapters.feed_records import post_of
from readings.adapters.feed_stream import FeedStream
from readings.domain.feed import FeedBusyError, Post
from readings.domain.reading import Reading

AT = datetime(2026, 3, 1, tzinfo=UTC)
POST = Post(
    meter_id="m1",
    user_id="u1",
    is_permitted=False,
    correlation_id="c1",
    readings=[Reading(meter_id="m1", read_at=AT, thousandths=125, version=1)],
)


@pytest.fixture
def stubbed(aws: pytest.MonkeyPatch) -> Iterator[tuple[FeedStream, Stubber]]:
    client: Any = boto3.client("kinesis")
    with Stubber(client) as stub:
        yield FeedStream(client, "feed"), stub


def test_a_post_is_one_record_of_its_meter(aws: pytest.MonkeyPatch) -> None:
    client: Any = boto3.client("kinesis")
    client.create_stream(StreamName="feed", StreamModeDetails={"StreamMode": "ON_DEMAND"})
    client.get_waiter("stream_exists").wait(StreamName="feed")
    aws.setenv("FEED_STREAM", "feed")

    FeedStream.from_environment().send(POST)

    found = []
    for shard in client.list_shards(StreamName="feed")["Shards"]:
        place = client.get_shard_iterator(
            StreamName="feed", ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        found += client.get_records(ShardIterator=place)["Records"]
    (record,) = found
    assert record["PartitionKey"] == "m1"
    assert post_of(record["Data"]) == POST


@pytest.mark.parametrize(
    "code", ["ProvisionedThroughputExceededException", "KMSThrottlingException", "InternalFailure"]
)
def test_a_stream_that_takes_nothing_now_is_busy(
    stubbed: tuple[FeedStream, Stubber], code: str
) -> None:
    feed, stub = stubbed
    stub.add_client_error("put_record", code)

    with pytest.raises(FeedBusyError):
        feed.send(POST)


@pytest.mark.parametrize("error", [ConnectTimeoutError, ReadTimeoutError])
def test_a_stream_that_does_not_answer_is_busy(error: type[BotoCoreError]) -> None:
    class Silent:
        def put_record(self, **_: object) -> object:
            raise error(endpoint_url="https://kinesis.example")

    with pytest.raises(FeedBusyError):
        FeedStream(Silent(), "feed").send(POST)


def test_what_waiting_does_not_mend_is_no_excuse(stubbed: tuple[FeedStream, Stubber]) -> None:
    feed, stub = stubbed
    stub.add_client_error("put_record", "AccessDeniedException")

    with pytest.raises(ClientError, match="AccessDenied"):
        feed.send(POST)
