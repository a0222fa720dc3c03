"""Metrics of executions.

AWS counts the executions of each state machine that begin, succeed, fail, are stopped or time out,
and how long they took, in the namespace AWS/States
(https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html). Stock counts none,
so no alarm on failed executions goes off. Closed where executions begin and end. ExecutionThrottled
has no values, because nothing is throttled here.
"""

from datetime import datetime

from blockwork.local.emulator.gaps import lasting_executions
from blockwork.local.emulator.gaps._execution import Record
from blockwork.local.emulator.gaps._metrics import publish

ENDS = {
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "ABORTED": "ExecutionsAborted",
    "TIMED_OUT": "ExecutionsTimedOut",
}


def close() -> None:
    """Count beginnings and ends."""
    lasting_executions.beginnings.append(lambda record: _count(record, ExecutionsStarted=1.0))
    lasting_executions.endings.append(_count_end)


def _count(record: Record, **counted: float) -> None:
    units = {name: (value, "Count") for name, value in counted.items()}
    publish("AWS/States", {"StateMachineArn": record["stateMachineArn"]}, units)


def _count_end(record: Record) -> None:
    _count(record, **{ENDS[record["status"]]: 1.0})
    began, ended = (
        datetime.fromisoformat(record[name].replace("Z", "+00:00"))
        for name in ("startDate", "stopDate")
    )
    took = {"ExecutionTime": ((ended - began).total_seconds() * 1000, "Milliseconds")}
    publish("AWS/States", {"StateMachineArn": record["stateMachineArn"]}, took)
