"""How an execution ends is told as AWS tells it: TIMED_OUT too, and with what can be done about it.

AWS publishes each change of an execution's status on the default bus, not of express ones, with the
error of what failed, was stopped or timed out, and whether it can be redriven
(https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html); so it describes
executions (https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html).
Stock publishes nothing of redrives and for express executions the same. Closed by an event and a
description of our own.
"""

import json
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from ministack.services import eventbridge, stepfunctions

from blockwork.local.emulator.gaps._execution import Record
from blockwork.local.emulator.gaps._hooks import Answer, json_answer
from blockwork.local.emulator.gaps._redrives import is_express, why_not

MOST_BYTES = 248 * 1024
"""Of an input or an output in an event; more is left out, says AWS."""


def close() -> None:
    """Publish and describe."""
    stepfunctions._emit_execution_status_event = _publish
    stepfunctions._describe_execution = partial(_describe, stepfunctions._describe_execution)


def _publish(record: Record) -> None:
    if is_express(record):
        return
    names = ("executionArn", "stateMachineArn", "name", "status", "error", "cause")
    detail: dict[str, Any] = {name: record.get(name) for name in names}
    detail |= {name: _milliseconds(record.get(name)) for name in ("startDate", "stopDate")}
    for name in ("input", "output"):
        text = record.get(name)
        is_there = text is None or len(text.encode()) <= MOST_BYTES
        detail[name] = text if is_there else None
        detail[f"{name}Details"] = None if text is None else {"included": is_there}
    detail |= {"stateMachineVersionArn": None, "stateMachineAliasArn": None, **_redrives(record)}
    detail["redriveDate"] = _milliseconds(detail.get("redriveDate"))
    entry = {
        "Source": "aws.states",
        "DetailType": "Step Functions Execution Status Change",
        "Detail": json.dumps(detail),
        "Resources": [record["executionArn"]],
    }
    eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)


def _describe(stock: Callable[[dict[str, Any]], Answer], request: dict[str, Any]) -> Answer:
    answer = stock(request)
    record = stepfunctions._executions.get(request.get("executionArn"))
    if record is None:
        return answer
    return json_answer({**json.loads(answer[2]), **_redrives(record)})


def _redrives(record: Record) -> dict[str, Any]:
    reason = why_not(record)
    status = {"redriveStatus": "NOT_REDRIVABLE", "redriveStatusReason": reason}
    if reason is None:
        status = {"redriveStatus": "REDRIVABLE"}
    date = {"redriveDate": record["redriveDate"]} if "redriveDate" in record else {}
    return {"redriveCount": record.get("redriveCount", 0), **date, **status}


def _milliseconds(moment: str | None) -> int | None:
    if not moment:
        return None
    return int(datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp() * 1000)
