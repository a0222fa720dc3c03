"""Fetch the records of a failed batch from their DynamoDB stream, as the function got them."""

import base64
import json
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from blockwork.failures.filters import UnknownFilterError, matches
from blockwork.failures.messages import Batch, name_of
from blockwork.failures.redrive import RedriveError

KEPT = "a stream keeps records for 24 hours"


def read_batch(
    batch: Batch,
    function: str,
    streams: Any,  # noqa: ANN401 -- a boto3 client of DynamoDB Streams
    lambda_: Any,  # noqa: ANN401 -- a boto3 client of Lambda
) -> dict[str, Any]:
    """Return the event that holds the batch's records.

    The stream has more than the function gets: what the filters of its event source mapping let
    through.

    :raises RedriveError: if the stream does not have the records any more, or cannot be read.
    """
    if ":dynamodb:" not in batch.stream_arn:
        raise RedriveError(
            f"its records are in {batch.stream_arn}: only streams of DynamoDB can be read again"
        )
    found = _records(batch, streams)
    mappings = lambda_.list_event_source_mappings(
        EventSourceArn=batch.stream_arn, FunctionName=function
    )["EventSourceMappings"]
    patterns = [
        json.loads(wanted["Pattern"])
        for mapping in mappings
        for wanted in mapping.get("FilterCriteria", {}).get("Filters", [])
    ]
    records = [_as_lambda_has_it(record, batch.stream_arn) for record in found]
    try:
        meant = [r for r in records if not patterns or any(matches(p, r) for p in patterns)]
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


def _records(batch: Batch, streams: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    try:
        iterator = streams.get_shard_iterator(
            StreamArn=batch.stream_arn,
            ShardId=batch.shard_id,
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            SequenceNumber=batch.first,
        )["ShardIterator"]
    except ClientError as error:
        # By its code: several threads use the client, and each may have other classes.
        if error.response["Error"]["Code"] != "TrimmedDataAccessException":
            raise
        raise RedriveError(f"its records are not in the stream any more: {KEPT}") from error
    found: list[dict[str, Any]] = []
    while iterator:
        answer = streams.get_records(ShardIterator=iterator)
        for record in answer["Records"]:
            if int(record["dynamodb"]["SequenceNumber"]) > int(batch.last):
                return found
            found.append(record)
        if found and int(found[-1]["dynamodb"]["SequenceNumber"]) == int(batch.last):
            return found
        # An open shard always has a next page: an empty one is the end of what is there.
        iterator = answer.get("NextShardIterator") if answer["Records"] else None
    return found


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
