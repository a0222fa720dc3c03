"""Fetch the records of a failed batch from their stream, as the function got them."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from blockwork.failures.filters import UnknownFilterError, matches
from blockwork.failures.messages import Batch, name_of
from blockwork.failures.redrive import RedriveError

KEPT = "a stream keeps records for 24 hours, one of Kinesis as long as it is told to"
GONE = ("TrimmedDataAccessException", "InvalidArgumentException")
"""What DynamoDB and Kinesis say of a sequence number that they have no more."""


def read_batch(
    batch: Batch,
    function: str,
    streams: Mapping[str, Any],
    lambda_: Any,  # noqa: ANN401 -- a boto3 client of Lambda
) -> dict[str, Any]:
    """Return the event that holds the batch's records.

    The stream has more than the function gets: what the filters of its event source mapping let
    through.

    :param streams: boto3 clients that read streams: of DynamoDB Streams as `dynamodb`, `kinesis`.
    :raises RedriveError: if the stream does not have the records any more, or cannot be read.
    """
    kinds: dict[str, type[_OfTable | _OfKinesis]] = {"dynamodb": _OfTable, "kinesis": _OfKinesis}
    service = batch.stream_arn.split(":")[2]
    if service not in kinds:
        raise RedriveError(
            f"its records are in {batch.stream_arn}: only streams of DynamoDB and Kinesis can be"
            " read again"
        )
    reader = kinds[service](batch, streams[service])
    found = list(reader.records())
    mappings = lambda_.list_event_source_mappings(
        EventSourceArn=batch.stream_arn, FunctionName=function
    )["EventSourceMappings"]
    patterns = [
        json.loads(wanted["Pattern"])
        for mapping in mappings
        for wanted in mapping.get("FilterCriteria", {}).get("Filters", [])
    ]
    try:
        meant = [
            record
            for record in found
            if not patterns or any(matches(p, reader.as_filters_see_it(record)) for p in patterns)
        ]
    except UnknownFilterError as error:
        raise RedriveError(str(error)) from error
    if len(meant) < batch.size:
        raise RedriveError(
            f"{len(meant)} of its {batch.size} records are left in the stream of"
            f" {name_of(batch.stream_arn)}: {KEPT}. Mend what they stand for by hand, then drop"
            " the message"
        )
    # So marked, a record that fails again makes the function fail, and is not parked anew.
    return {"Records": meant, "parked": True}


class _OfTable:
    """Records of a table's stream."""

    def __init__(self, batch: Batch, client: Any) -> None:  # noqa: ANN401 -- of DynamoDB Streams
        self._batch, self._client = batch, client

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield the batch's records, and those between them that were for nobody."""
        asked = {"StreamArn": self._batch.stream_arn, "SequenceNumber": self._batch.first}
        for record in _records(self._client, self._batch, asked, self._number):
            yield _as_lambda_has_it(record, self._batch.stream_arn)

    @staticmethod
    def _number(record: dict[str, Any]) -> int:
        return int(record["dynamodb"]["SequenceNumber"])

    @staticmethod
    def as_filters_see_it(record: dict[str, Any]) -> dict[str, Any]:
        """Return what the patterns of filters are held against."""
        return record


class _OfKinesis:
    """Records of a shard of a Kinesis stream."""

    def __init__(self, batch: Batch, client: Any) -> None:  # noqa: ANN401 -- of Kinesis
        self._batch, self._client = batch, client

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield the batch's records, and those between them that were for nobody."""
        arn = self._batch.stream_arn
        asked = {"StreamARN": arn, "StartingSequenceNumber": self._batch.first}
        for record in _records(self._client, self._batch, asked, self._number):
            yield {
                "eventSource": "aws:kinesis",
                "eventVersion": "1.0",
                "eventID": f"{self._batch.shard_id}:{record['SequenceNumber']}",
                "eventName": "aws:kinesis:record",
                "awsRegion": arn.split(":")[3],
                "eventSourceARN": arn,
                "kinesis": {
                    "kinesisSchemaVersion": "1.0",
                    "partitionKey": record["PartitionKey"],
                    "sequenceNumber": record["SequenceNumber"],
                    "data": base64.b64encode(record["Data"]).decode(),
                    "approximateArrivalTimestamp": record[
                        "ApproximateArrivalTimestamp"
                    ].timestamp(),
                },
            }

    @staticmethod
    def _number(record: dict[str, Any]) -> int:
        return int(record["SequenceNumber"])

    @staticmethod
    def as_filters_see_it(record: dict[str, Any]) -> dict[str, Any]:
        """Return what the patterns of filters are held against: `data` decoded, if it is JSON."""
        message = record["kinesis"]
        try:
            data = json.loads(base64.b64decode(message["data"]))
        except ValueError:
            data = message["data"]
        return {**record, **message, "data": data}


def _records(
    client: Any,  # noqa: ANN401 -- of DynamoDB Streams or Kinesis
    batch: Batch,
    asked: dict[str, str],
    number: Callable[[dict[str, Any]], int],
) -> Iterator[dict[str, Any]]:
    try:
        iterator = client.get_shard_iterator(
            ShardId=batch.shard_id, ShardIteratorType="AT_SEQUENCE_NUMBER", **asked
        )["ShardIterator"]
    except ClientError as error:
        # By its code: several threads use the client, and each may have other classes.
        if error.response["Error"]["Code"] not in GONE:
            raise
        raise RedriveError(f"its records are not in the stream any more: {KEPT}") from error
    last = int(batch.last)
    while iterator:
        answer = client.get_records(ShardIterator=iterator)
        for record in answer["Records"]:
            if number(record) > last:
                return
            yield record
            if number(record) == last:
                return
        # An open shard always has a next page: an empty one is the end of what is there.
        iterator = answer.get("NextShardIterator") if answer["Records"] else None


def _as_lambda_has_it(record: dict[str, Any], stream_arn: str) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(record, default=_plain))
    if "userIdentity" in plain:
        identity = plain["userIdentity"]
        plain["userIdentity"] = {
            "type": identity.get("Type"),
            "principalId": identity.get("PrincipalId"),
        }
    return {**plain, "eventSourceARN": stream_arn}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return int(value.timestamp())
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"a record of a stream holds no {type(value).__name__}")
