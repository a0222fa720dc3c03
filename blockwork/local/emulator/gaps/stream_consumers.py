"""Consumers of a DynamoDB stream fail, retry and give up as their mapping says.

AWS tries a failed batch again until MaximumRetryAttempts or MaximumRecordAgeInSeconds, from the
first record named in batchItemFailures, in halves where BisectBatchOnFunctionError says so, and
then leaves a record of it at the on-failure destination
(https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html). Stock
takes a partial failure for a success, tries a poison batch for ever, and lets one slow consumer
hold up every stream and queue. Closed by a poller of our own: one batch a mapping at a time, each
in its own thread. ParallelizationFactor and MaximumBatchingWindowInSeconds have no effect.
"""

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from ministack.core.responses import request_scope
from ministack.services import dynamodb, lambda_svc

from blockwork.local.emulator.gaps import _destinations, _life

Mapping = dict[str, Any]
Record = dict[str, Any]

PAUSE_SECONDS = 1.0
SHARD = "shardId-00000000000000000000-00000000"  # the only one the emulator has


@dataclass(kw_only=True)
class Trouble:
    """What is known of a batch that fails.

    :param position: of its first record.
    :param attempts: how often it has failed in this size.
    :param limit: how many records the next batch may have.
    """

    position: int
    attempts: int
    limit: int


troubles: dict[str, Trouble] = {}  # by mapping; forgotten with the process: the retries start over


def close() -> None:
    """Poll streams in our own way, and queues only while work may begin."""
    stock_queues = lambda_svc._poll_sqs
    lambda_svc._poll_sqs = lambda: _life.is_working() and stock_queues()
    lambda_svc._poll_dynamodb_streams = poll


def poll() -> bool:
    """Begin a batch for every mapping that has records to read; tell whether there was one."""
    begun = False
    for account, region, mapping in lambda_svc._iter_all_esms():
        if not _life.is_working():
            return False
        with request_scope(account, region):
            begun = _begin(mapping) or begun
    return begun


def _begin(mapping: Mapping) -> bool:
    mapping_id, source = mapping["UUID"], mapping["EventSourceArn"]
    if ":dynamodb:" not in source or not mapping.get("Enabled", True):
        return False
    table = source.split(":table/")[1].split("/")[0]
    if (dynamodb._tables.get(table) or {}).get("LatestStreamArn") != source:
        return False
    if mapping_id in lambda_svc._esm_inflight:
        return False
    if lambda_svc._esm_backoff_until.get(mapping_id, 0) > time.time():
        return False
    with lambda_svc._dynamodb_stream_positions_lock:
        oldest = dynamodb.stream_start_position(table)
        position = max(lambda_svc._dynamodb_stream_positions.get(mapping_id, oldest), oldest)
    trouble = troubles.get(mapping_id)
    limit = int(mapping.get("BatchSize", 100))
    if trouble and trouble.position == position:
        limit = trouble.limit
    records = dynamodb.stream_records_since(table, position, limit)
    if not records:
        return False
    lambda_svc._dispatch_esm_batch(mapping_id, _consume, mapping, position, records)
    return True


def _consume(mapping: Mapping, position: int, records: list[Record]) -> None:
    wanted = lambda_svc._apply_filter_criteria(records, mapping)
    name, qualifier = mapping["FunctionName"], mapping.get("Qualifier")
    function, config = lambda_svc._get_func_record_for_qualifier(name, qualifier)
    if function is None or config is None:
        _pause(mapping)
        return
    if not wanted:
        _advance(mapping, position + len(records))
        return
    result = lambda_svc._execute_function({**function, "config": config}, {"Records": wanted})
    failed = _first_failed(mapping, wanted, result)
    if failed is None:
        mapping["LastProcessingResult"] = "OK"
        _advance(mapping, position + len(records))
    elif result.get("throttle") or _life.stopping.is_set():
        _pause(mapping)
    else:
        mapping["LastProcessingResult"] = "PROBLEM: Function call failed"
        reached = position + records.index(wanted[failed])
        _advance(mapping, reached)
        _retry_or_give_up(mapping, reached, records[reached - position :], wanted[failed:], result)


def _retry_or_give_up(
    mapping: Mapping, position: int, records: list[Record], wanted: list[Record], result: Any
) -> None:
    known = troubles.get(mapping["UUID"])
    same = known is not None and known.position == position and known.limit == len(records)
    attempts = (known.attempts if known and same else 0) + 1
    trouble = Trouble(position=position, attempts=attempts, limit=len(records))
    condition = _exhausted(mapping, attempts, wanted)
    if len(records) > 1 and _true(mapping.get("BisectBatchOnFunctionError")):
        trouble = Trouble(position=position, attempts=0, limit=(len(records) + 1) // 2)
    elif condition:
        _report(mapping, condition, attempts, wanted, result)
        _advance(mapping, position + len(records))
        return
    else:
        _pause(mapping)
    troubles[mapping["UUID"]] = trouble


def _exhausted(mapping: Mapping, attempts: int, wanted: list[Record]) -> str | None:
    retries = int(mapping.get("MaximumRetryAttempts", -1))  # -1: without end, as AWS has it
    if 0 <= retries < attempts:
        return "RetryAttemptsExhausted"
    seconds = int(mapping.get("MaximumRecordAgeInSeconds", -1))
    if 0 < seconds < time.time() - _created(wanted[0]):
        return "RecordAgeExceeded"
    return None


def _first_failed(mapping: Mapping, wanted: list[Record], result: dict[str, Any]) -> int | None:
    """Return the index of the first record that has to come again; None if none has to."""
    if result.get("error"):
        return 0
    answer = result.get("body")
    if "ReportBatchItemFailures" not in (mapping.get("FunctionResponseTypes") or []):
        return None
    failures = answer.get("batchItemFailures") if isinstance(answer, dict) else None
    if not failures:
        return None
    named = {failure.get("itemIdentifier") for failure in failures}
    numbers = [record["dynamodb"]["SequenceNumber"] for record in wanted]
    if not named <= set(numbers):
        return 0  # AWS takes an answer it does not understand for a failure of the whole batch
    return min(numbers.index(number) for number in named)


def _report(
    mapping: Mapping, condition: str, attempts: int, wanted: list[Record], result: dict[str, Any]
) -> None:
    destination = ((mapping.get("DestinationConfig") or {}).get("OnFailure") or {}).get(
        "Destination"
    )
    if not destination:
        return
    now = time.time()
    record = {
        "version": "1.0",
        "timestamp": _iso(now),
        "requestContext": {
            "requestId": str(uuid4()),
            "functionArn": mapping["FunctionArn"],
            "condition": condition,
            "approximateInvokeCount": attempts,
        },
        "responseContext": {
            "statusCode": 200,
            "executedVersion": mapping.get("Qualifier") or "$LATEST",
            "functionError": "Unhandled" if result.get("error") else None,
        },
        "DDBStreamBatchInfo": {
            "shardId": SHARD,
            "startSequenceNumber": wanted[0]["dynamodb"]["SequenceNumber"],
            "endSequenceNumber": wanted[-1]["dynamodb"]["SequenceNumber"],
            "approximateArrivalOfFirstRecord": _iso(_created(wanted[0])),
            "approximateArrivalOfLastRecord": _iso(_created(wanted[-1])),
            "batchSize": len(wanted),
            "streamArn": mapping["EventSourceArn"],
        },
    }
    _destinations.send(destination, json.dumps(record))


def _advance(mapping: Mapping, position: int) -> None:
    with lambda_svc._dynamodb_stream_positions_lock:
        lambda_svc._dynamodb_stream_positions[mapping["UUID"]] = position


def _pause(mapping: Mapping) -> None:
    lambda_svc._esm_backoff_until[mapping["UUID"]] = time.time() + PAUSE_SECONDS


def _created(record: Record) -> float:
    return float(record["dynamodb"]["ApproximateCreationDateTime"])


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def _true(value: object) -> bool:
    return str(value).lower() == "true"
