"""Logs of executions.

AWS writes the events of a history, those of the state machine's log level, into its log group, with
what goes from state to state only where includeExecutionData is set
(https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html,
https://docs.aws.amazon.com/step-functions/latest/dg/cloudwatch-log-level.html). It makes no such
state machine whose role may not have logs delivered. Stock keeps the settings and writes nothing.
Closed by writing each event as it happens.
"""

import json
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from ministack.services import cloudwatch_logs, stepfunctions
from ministack.services.cloudformation import provisioners

from blockwork.local.emulator.gaps._execution import Event, Record, listeners, logger
from blockwork.local.emulator.gaps._hooks import Answer, json_refusal
from blockwork.local.emulator.gaps._machine_roles import refusal

FATAL = {"ExecutionAborted", "ExecutionFailed", "ExecutionTimedOut"}
ERROR = FATAL | {
    "FailStateEntered", "MapIterationFailed", "MapStateFailed", "ParallelStateFailed",
    "TaskFailed", "TaskTimedOut",
}  # fmt: skip
DATA = ("input", "inputDetails", "output", "outputDetails", "parameters")
DELIVERY = ("CreateLogDelivery", "GetLogDelivery", "UpdateLogDelivery", "PutResourcePolicy")
NOT_DELIVERED = "The state machine IAM Role is not authorized to access the Log Destination"


def close() -> None:
    """Write what happens, for roles that may have it written."""
    listeners.append(_write)
    stepfunctions._create_state_machine = partial(_made, stepfunctions._create_state_machine)
    stepfunctions._update_state_machine = partial(_made, stepfunctions._update_state_machine)
    handlers = provisioners._RESOURCE_HANDLERS["AWS::StepFunctions::StateMachine"]
    handlers["create"] = partial(_made_of_template, handlers["create"])


def _made(stock: Callable[[dict[str, Any]], Answer], request: dict[str, Any]) -> Answer:
    known = stepfunctions._state_machines.get(request.get("stateMachineArn")) or {}
    settings = request.get("loggingConfiguration") or known.get("loggingConfiguration")
    role = request.get("roleArn") or known.get("roleArn")
    if role and not _may_be_written(role, settings):
        return json_refusal("AccessDeniedException", NOT_DELIVERED)
    return stock(request)


def _made_of_template(
    stock: Callable[..., Any], logical_id: str, properties: dict[str, Any], *more: Any
) -> Any:
    settings = properties.get("LoggingConfiguration")
    if not _may_be_written(properties["RoleArn"], settings):
        raise ValueError(NOT_DELIVERED)
    return stock(logical_id, properties, *more)


def _may_be_written(role: str, settings: dict[str, Any] | None) -> bool:
    level = (settings or {}).get("level") or (settings or {}).get("Level") or "OFF"
    if level == "OFF":
        return True
    actions = [f"logs:{action}" for action in DELIVERY]
    return all(refusal(role, "logs", "logs", action, ["*"]) is None for action in actions)


def _write(record: Record, event: Event) -> None:
    machine = stepfunctions._state_machines.get(record["stateMachineArn"]) or {}
    settings = machine.get("loggingConfiguration") or {}
    level = str(settings.get("level"))
    kept: set[str] = {"ALL": {event["type"]}, "ERROR": ERROR, "FATAL": FATAL}.get(level, set())
    if event["type"] not in kept:
        return
    at = int(datetime.fromisoformat(event["timestamp"].replace("Z", "+00:00")).timestamp() * 1000)
    line = {
        "id": str(event["id"]),
        "type": event["type"],
        "details": _details(event, with_data=bool(settings.get("includeExecutionData"))),
        "redrive_count": str(record.get("redriveCount", 0)),
        "previous_event_id": str(event.get("previousEventId", 0)),
        "event_timestamp": str(at),
        "execution_arn": record["executionArn"],
    }
    for destination in settings.get("destinations") or ():
        arn = destination["cloudWatchLogsLogGroup"]["logGroupArn"]
        _put(arn.partition(":log-group:")[2].removesuffix(":*"), machine, at, json.dumps(line))


def _details(event: Event, *, with_data: bool) -> dict[str, Any]:
    found = (value for name, value in event.items() if name.endswith("EventDetails"))
    details: dict[str, Any] = next(found, {})
    return {name: value for name, value in details.items() if with_data or name not in DATA}


def _put(group: str, machine: dict[str, Any], at: int, line: str) -> None:
    hour = time.strftime("%Y-%m-%d-%H-00", time.gmtime(at / 1000))
    stream = f"states/{machine['name']}/{hour}/{machine['revisionId'][:8]}"
    where = {"logGroupName": group, "logStreamName": stream}
    if stream not in (cloudwatch_logs._log_groups.get(group) or {}).get("streams", {}):
        cloudwatch_logs._create_log_stream(where)
    events = [{"timestamp": at, "message": line}]
    status, _, body = cloudwatch_logs._put_log_events({**where, "logEvents": events})
    if status >= 400:
        logger.error("log of %s to %s failed: %r", machine["name"], group, body)
