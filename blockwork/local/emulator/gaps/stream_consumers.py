"""Consumers of a table's stream or a Kinesis stream fail, retry and give up as their mapping says.

AWS tries a failed batch again until MaximumRetryAttempts or MaximumRecordAgeInSeconds, from the
first record named in batchItemFailures, in halves where BisectBatchOnFunctionError says so, and
then leaves a record of it at the on-failure destination
(https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html, and
…/with-kinesis.html); it publishes how old the last record of each is (IteratorAge). Stock takes a
partial failure for a success, tries a poison batch for ever, lets one slow consumer hold up every
stream and queue, and measures nothing. Closed by a poller of our own: one batch a shard and mapping
at a time, each in its own thread. ParallelizationFactor and
MaximumBatchingWindowInSeconds have no effect.
"""

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from ministack.core.responses import get_account_id, request_scope
from ministack.services import lambda_svc

from blockwork.local.emulator.gaps import _destinations, _life
from blockwork.local.emulator.gaps._metrics import publish
from blockwork.local.emulator.gaps._shards import Shard, shards_of

Mapping = dict[str, Any]
Record = dict[str, Any]

PAUSE_SECONDS = 1.0


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


troubles: dict[
    str, Trouble
] = {}  # by shard and mapping; forgotten with the process: the retries start over


def close() -> None:
    """Poll streams in our own way, and queues only while work may begin."""
    stock_queues = lambda_svc._poll_sqs
    lambda_svc._poll_sqs = lambda: _life.is_working() and stock_queues()
    lambda_svc._poll_kinesis = lambda: False
    lambda_svc._poll_dynamodb_streams = poll


def poll() -> bool:
    """Begin a batch for every shard that has records to read; tell whether there was one."""
    begun = False
    for account, region, mapping in lambda_svc._iter_all_esms():
        if not _life.is_working():
            return False
        if not mapping.get("Enabled", True):
            continue
        with request_scope(account, region):
            for shard in shards_of(mapping):
                begun = _begin(shard) or begun
    return begun


def _begin(shard: Shard) -> bool:
    if shard.key in lambda_svc._esm_inflight:
        return False
    if lambda_svc._esm_backoff_until.get(shard.key, 0) > time.time():
        return False
    position, records = shard.read()
    trouble = troubles.get(shard.key)
    if trouble and trouble.position == position:
        records = records[: trouble.limit]
    if not records:
        return False
    lambda_svc._dispatch_esm_batch(shard.key, _consume, shard, position, records)
    return True


def _consume(shard: Shard, position: int, records: list[Record]) -> None:
    mapping = shard.mapping
    wanted = lambda_svc._apply_filter_criteria(records, mapping)
    name, qualifier = mapping["FunctionName"], mapping.get("Qualifier")
    function, config = lambda_svc._get_func_record_for_qualifier(name, qualifier)
    if function is None or config is None or _is_blocked(mapping, function):
        _pause(shard)
        return
    if not wanted:
        shard.advance(position + len(records))
        return
    age = max(0.0, time.time() - shard.created(wanted[-1])) * 1000
    publish("AWS/Lambda", {"FunctionName": name}, {"IteratorAge": (age, "Milliseconds")})
    result = lambda_svc._execute_function({**function, "config": config}, {"Records": wanted})
    failed = _first_failed(shard, wanted, result)
    if failed is None:
        mapping["LastProcessingResult"] = "OK"
        shard.advance(position + len(records))
    elif result.get("throttle") or _life.stopping.is_set():
        _pause(shard)
    else:
        mapping["LastProcessingResult"] = "PROBLEM: Function call failed"
        reached = position + records.index(wanted[failed])
        shard.advance(reached)
        _retry_or_give_up(shard, reached, records[reached - position :], wanted[failed:], result)


def _is_blocked(mapping: Mapping, function: dict[str, Any]) -> bool:
    """Tell whether another account's stream may not be read (any more)."""
    stream: str = mapping["EventSourceArn"]
    if ":kinesis:" not in stream or stream.split(":")[4] == get_account_id():
        return False
    blocked: bool = lambda_svc._cross_account_read_blocked(
        stream, function, mapping["FunctionName"]
    )
    return blocked


def _retry_or_give_up(
    shard: Shard, position: int, records: list[Record], wanted: list[Record], result: Any
) -> None:
    known = troubles.get(shard.key)
    same = known is not None and known.position == position and known.limit == len(records)
    attempts = (known.attempts if known and same else 0) + 1
    trouble = Trouble(position=position, attempts=attempts, limit=len(records))
    condition = _exhausted(shard, attempts, wanted)
    if len(records) > 1 and _true(shard.mapping.get("BisectBatchOnFunctionError")):
        trouble = Trouble(position=position, attempts=0, limit=(len(records) + 1) // 2)
    elif condition:
        _report(shard, condition, attempts, wanted, result)
        shard.advance(position + len(records))
        return
    else:
        _pause(shard)
    troubles[shard.key] = trouble


def _exhausted(shard: Shard, attempts: int, wanted: list[Record]) -> str | None:
    retries = int(shard.mapping.get("MaximumRetryAttempts", -1))  # -1: without end, as AWS has it
    if 0 <= retries < attempts:
        return "RetryAttemptsExhausted"
    seconds = int(shard.mapping.get("MaximumRecordAgeInSeconds", -1))
    if 0 < seconds < time.time() - shard.created(wanted[0]):
        return "RecordAgeExceeded"
    return None


def _first_failed(shard: Shard, wanted: list[Record], result: dict[str, Any]) -> int | None:
    """Return the index of the first record that has to come again; None if none has to."""
    if result.get("error"):
        return 0
    answer = result.get("body")
    if "ReportBatchItemFailures" not in (shard.mapping.get("FunctionResponseTypes") or []):
        return None
    failures = answer.get("batchItemFailures") if isinstance(answer, dict) else None
    if not failures:
        return None
    named = {failure.get("itemIdentifier") for failure in failures}
    numbers = [shard.number(record) for record in wanted]
    if not named <= set(numbers):
        return 0  # AWS takes an answer it does not understand for a failure of the whole batch
    return min(numbers.index(number) for number in named)


def _report(
    shard: Shard, condition: str, attempts: int, wanted: list[Record], result: dict[str, Any]
) -> None:
    mapping = shard.mapping
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
        shard.INFO: {
            "shardId": shard.shard_id,
            "startSequenceNumber": shard.number(wanted[0]),
            "endSequenceNumber": shard.number(wanted[-1]),
            "approximateArrivalOfFirstRecord": _iso(shard.created(wanted[0])),
            "approximateArrivalOfLastRecord": _iso(shard.created(wanted[-1])),
            "batchSize": len(wanted),
            "streamArn": mapping["EventSourceArn"],
        },
    }
    _destinations.send(destination, json.dumps(record))


def _pause(shard: Shard) -> None:
    lambda_svc._esm_backoff_until[shard.key] = time.time() + PAUSE_SECONDS


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def _true(value: object) -> bool:
    return str(value).lower() == "true"
