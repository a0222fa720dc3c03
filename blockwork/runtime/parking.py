"""Puts records that cannot be handled into the failure chain, ready to be run again."""

import os
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

import boto3
import msgspec
from aws_lambda_powertools.utilities.typing import LambdaContext

from blockwork.runtime.aws import PATIENCE

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

PATIENCE_SECONDS = "300"
LONGEST_TEXT = 2000
LARGEST_MESSAGE = 256 * 1024
"""Bytes of a message (Amazon SNS API reference, Publish)."""


class FailureTopic:
    """The port `Parking` on the SNS topic of a failure chain.

    A record is written as Lambda's own asynchronous destinations write an event, so that one tool
    brings both back: invoke `requestContext.functionArn` with `requestPayload`.

    :param client: an SNS client.
    :param topic_arn: the topic's ARN.
    :param patience: how many seconds a failing record is tried again before it comes here.
    """

    def __init__(self, client: "SNSClient", topic_arn: str, *, patience: float) -> None:
        self._client = client
        self._topic_arn = topic_arn
        self.patience = patience

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the topic in FAILURE_TOPIC_ARN, with the patience in PATIENCE_SECONDS."""
        return cls(
            boto3.client("sns", config=PATIENCE),
            os.environ["FAILURE_TOPIC_ARN"],
            patience=float(os.environ.get("PATIENCE_SECONDS", PATIENCE_SECONDS)),
        )

    def park(self, record: Mapping[str, Any], error: Exception, *, context: LambdaContext) -> None:
        """Publish the record, or where it is if SNS takes none so large (256 KB).

        That is known of records of Kinesis: as Lambda's own note it leads there as long as the
        stream keeps it. Any other that is too large raises SNS's ClientError.
        """
        # Format: AWS Lambda, "Capturing records of Lambda asynchronous invocations".
        message: dict[str, Any] = {
            "version": "1.0",
            "timestamp": datetime.now(UTC)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z"),
            "requestContext": {
                "requestId": context.aws_request_id,
                "functionArn": context.invoked_function_arn,
                "condition": "RetriesExhausted",
                "approximateInvokeCount": _tries(record),
            },
            "requestPayload": {"Records": [record], "parked": True},
            "responseContext": {
                "statusCode": 200,
                "executedVersion": context.function_version,
                "functionError": "Unhandled",
            },
            "responsePayload": {
                "errorType": type(error).__name__,
                "errorMessage": str(error)[:LONGEST_TEXT],
                "stackTrace": traceback.format_tb(error.__traceback__, limit=-10),
            },
        }
        text = msgspec.json.encode(message)
        if len(text) > LARGEST_MESSAGE and "kinesis" in record:
            del message["requestPayload"]
            text = msgspec.json.encode({**message, "KinesisBatchInfo": _place_of(record)})
        self._client.publish(TopicArn=self._topic_arn, Message=text.decode())


def _place_of(record: Mapping[str, Any]) -> dict[str, Any]:
    """Say where a record is in its stream (AWS Lambda, "Using Lambda with Kinesis", on failure)."""
    arrived = datetime.fromtimestamp(record["kinesis"]["approximateArrivalTimestamp"], UTC)
    number, at = record["kinesis"]["sequenceNumber"], arrived.isoformat(timespec="milliseconds")
    return {
        "shardId": record["eventID"].rpartition(":")[0],
        "startSequenceNumber": number,
        "endSequenceNumber": number,
        "approximateArrivalOfFirstRecord": at,
        "approximateArrivalOfLastRecord": at,
        "batchSize": 1,
        "streamArn": record["eventSourceARN"],
    }


def _tries(record: Mapping[str, Any]) -> int:
    """Return how often the record was handed over, as far as it says: only messages do."""
    return int(record.get("attributes", {}).get("ApproximateReceiveCount", 1))
