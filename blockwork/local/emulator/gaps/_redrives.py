"""Which executions can be redriven."""

import time
from datetime import datetime

from ministack.services import stepfunctions

from blockwork.local.emulator.gaps._execution import Record

REDRIVABLE_SECONDS = 14 * 24 * 3600.0
MOST_EVENTS = 24_999  # of the history


def is_express(record: Record) -> bool:
    """Tell whether an execution is of an express state machine, or answered like one."""
    machine = stepfunctions._state_machines.get(record["stateMachineArn"]) or {}
    return bool(record.get("sync")) or machine.get("type") == "EXPRESS"


def why_not(record: Record) -> str | None:
    """Return why an execution cannot be redriven, None if it can.

    AWS's rules: https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html.
    """
    if is_express(record):
        return "Execution is of an EXPRESS state machine and cannot be redriven"
    status = record["status"]
    if status not in ("FAILED", "ABORTED", "TIMED_OUT") or "frame" not in record:
        return f"Execution is {status} and cannot be redriven"
    ended = datetime.fromisoformat(record["stopDate"].replace("Z", "+00:00")).timestamp()
    if time.time() - ended > REDRIVABLE_SECONDS:
        return "Execution has exceeded its redrivable period of 14 days and cannot be redriven"
    if len(record["events"]) >= MOST_EVENTS:
        return f"Execution has {MOST_EVENTS} events or more and cannot be redriven"
    return None
