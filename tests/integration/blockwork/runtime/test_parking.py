import json
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from blockwork.failures.messages import Batch, Message, recognise
from blockwork.runtime.parking import FailureTopic
from tests.unit.lambda_src.events import CONTEXT

RECORD: dict[str, Any] = {
    "eventID": "change-1",
    "eventName": "INSERT",
    "dynamodb": {
        "ApproximateCreationDateTime": 1_000_000.5,
        "SequenceNumber": "1",
        "NewImage": {"userId": {"S": "u1"}},
    },
}


@pytest.fixture
def queue(aws: pytest.MonkeyPatch) -> str:
    """Return the queue of a failure chain."""
    topic = boto3.client("sns").create_topic(Name="failures")["TopicArn"]
    url = boto3.client("sqs").create_queue(QueueName="failures")["QueueUrl"]
    boto3.client("sns").subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint="arn:aws:sqs:eu-west-2:123456789012:failures",
        Attributes={"RawMessageDelivery": "true"},
    )
    aws.setenv("FAILURE_TOPIC_ARN", topic)
    aws.setenv("PATIENCE_SECONDS", "20")
    return url


def waiting(queue: str) -> list[Any]:
    messages = boto3.client("sqs").receive_message(QueueUrl=queue).get("Messages", [])
    return [json.loads(message["Body"]) for message in messages]


def test_a_parked_record_has_all_it_takes_to_run_it_again(queue: str) -> None:
    try:
        raise ValueError("cannot stand it " * 1000)
    except ValueError as error:
        FailureTopic.from_environment().park(RECORD, error, context=CONTEXT)

    (message,) = waiting(queue)
    assert message["requestContext"] == {
        "requestId": "lambda-request",
        "functionArn": "arn:aws:lambda:eu-west-2:000000000000:function:dev-catalog",
        "condition": "RetriesExhausted",
        "approximateInvokeCount": 1,
    }
    assert message["requestPayload"] == {"Records": [RECORD], "parked": True}
    assert message["responsePayload"]["errorType"] == "ValueError"
    assert len(message["responsePayload"]["errorMessage"]) == 2000
    assert "test_parking.py" in message["responsePayload"]["stackTrace"][0]
    assert message["timestamp"].endswith("Z")


def test_a_message_says_how_often_it_was_tried(queue: str) -> None:
    record = {"messageId": "m1", "body": "{}", "attributes": {"ApproximateReceiveCount": "7"}}

    FailureTopic.from_environment().park(record, ValueError("no"), context=CONTEXT)

    (message,) = waiting(queue)
    assert message["requestContext"]["approximateInvokeCount"] == 7


def test_the_patience_is_told_by_the_environment(queue: str, aws: pytest.MonkeyPatch) -> None:
    assert FailureTopic.from_environment().patience == 20

    aws.delenv("PATIENCE_SECONDS")
    assert FailureTopic.from_environment().patience == 300


def test_a_record_that_is_too_large_for_the_topic_is_reported(queue: str) -> None:
    with pytest.raises(ClientError, match="InvalidParameter"):
        FailureTopic.from_environment().park(
            RECORD | {"ballast": "x" * 256 * 1024}, ValueError("no"), context=CONTEXT
        )


def test_of_a_record_of_kinesis_that_is_too_large_it_is_told_where_it_is(queue: str) -> None:
    stream = "arn:aws:kinesis:eu-west-2:123456789012:stream/clicks"
    record = {
        "eventID": "shardId-000000000002:4954",
        "eventSourceARN": stream,
        "kinesis": {
            "sequenceNumber": "4954",
            "approximateArrivalTimestamp": 1_000_000.5,
            "data": "x" * 300_000,
        },
    }

    FailureTopic.from_environment().park(record, ValueError("no"), context=CONTEXT)

    (message,) = waiting(queue)
    now = datetime.now(UTC)
    failure = recognise(
        Message(id="m", receipt="r", body=json.dumps(message), sent_at=now, attributes={})
    )
    shard = "shardId-000000000002"
    place = Batch(stream_arn=stream, shard_id=shard, first="4954", last="4954", size=1)
    assert (failure.batch, failure.obstacle) == (place, None)
    assert "ValueError: no" in failure.error
