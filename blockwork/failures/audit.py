"""The record of who dropped a failed event, when and why, with the whole message.

It is kept by the stage, in a log group that never expires: a file would stay on one machine, and
CloudTrail says neither why nor what.
"""

import contextlib
import json
import time
from datetime import UTC, datetime
from typing import Any

from blockwork.deployed import DeployedStage
from blockwork.failures.messages import Failure, as_json


def log_group(stage: DeployedStage) -> str:
    """Return the name of the log group with a stage's records."""
    return f"/blockwork/{stage.name}/dropped-failures"


def record_drop(stage: DeployedStage, service: str, failure: Failure, reason: str) -> str:
    """Write the record of a drop, and return it: one JSON object in a line."""
    now = datetime.now(UTC)
    record: dict[str, Any] = {
        "droppedAt": now.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "droppedBy": stage.client("sts").get_caller_identity()["Arn"],
        "reason": reason,
        "service": service,
        "failure": as_json(failure),
    }
    line = json.dumps(record)
    logs = stage.client("logs")
    group = {"logGroupName": log_group(stage)}
    stream = {**group, "logStreamName": service.replace(":", "-")}
    with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_group(**group)
    with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_stream(**stream)
    logs.put_log_events(
        **stream, logEvents=[{"timestamp": int(time.time() * 1000), "message": line}]
    )
    return line
