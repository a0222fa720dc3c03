"""What a message of a failure chain says: what failed, where, why, and how to run it again.

A chain's queue holds messages of five services, each with a form of its own:

- Lambda's record of an asynchronous invocation that failed for good; also what our stream and queue
  consumers park, with the one record that failed as payload.
- Lambda's record of a stream's batch, which says where in the stream the records are.
- EventBridge's and EventBridge Scheduler's dead letters: the payload, with attributes that say
  where it could not be delivered.
- What Step Functions says of an execution that ended without success, with its input unless
  that is too large.
- What SQS itself moved here from a queue whose consumer took it again and again and never said that
  it was done: the message as it was, with the queue as `DeadLetterQueueSourceArn`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

BATCH_KEYS = {
    "stream_arn": "streamArn",
    "shard_id": "shardId",
    "first": "startSequenceNumber",
    "last": "endSequenceNumber",
    "size": "batchSize",
}

STATUS_CHANGE = "Step Functions Execution Status Change"


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message as it was received.

    :param receipt: what deletes it or puts it back, until it is received again.
    :param attributes: its message attributes, values as text.
    :param sent_with: its message attributes as SQS takes them, with their types.
    :param moved_from: the ARN of the queue that SQS moved it from, if it did.
    """

    id: str
    receipt: str
    body: str
    sent_at: datetime
    attributes: Mapping[str, str]
    sent_with: Mapping[str, Any] = field(default_factory=dict)
    moved_from: str | None = None


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Where the records of a failed batch are in their stream.

    :param size: how many of the records were for the function.
    """

    stream_arn: str
    shard_id: str
    first: str
    last: str
    size: int


@dataclass(frozen=True, kw_only=True)
class Failure:
    """What a message says.

    :param origin: what could not be done, for people.
    :param target: the ARN of what shall have the payload; `None` if the message does not say.
    :param payload: what the target shall have. With a batch, the payload is in the stream.
    :param event: what kind of thing the payload is.
    :param execution: the ARN of the execution of a state machine that failed, if it is one.
    :param obstacle: why it cannot be run again as it is, if it cannot.
    """

    message: Message
    origin: str
    target: str | None = None
    payload: Any = None
    batch: Batch | None = None
    execution: str | None = None
    event: str = "?"
    error: str = "?"
    attempts: int | None = None
    failed_at: datetime
    obstacle: str | None = None

    @property
    def function(self) -> str:
        """The target's name."""
        return name_of(self.target) if self.target else "?"


def recognise(message: Message) -> Failure:
    """Read a message of any form; one of no known form says so in its `obstacle`."""
    body: Any
    try:
        body = json.loads(message.body)
    except ValueError:
        body = message.body
    if message.moved_from:
        return Failure(
            message=message,
            origin="message of a queue",
            target=message.moved_from,
            payload=body,
            event=event_of(body),
            error="taken again and again, and never done: the consumer's log says why",
            failed_at=message.sent_at,
        )
    if "TARGET_ARN" in message.attributes:
        return _dead_letter(message, body)
    context = body.get("requestContext") if isinstance(body, dict) else None
    if isinstance(context, dict) and isinstance(context.get("functionArn"), str):
        return _invocation(message, body, context)
    if isinstance(body, dict) and body.get("detail-type") == STATUS_CHANGE:
        return _execution(message, body["detail"])
    return Failure(
        message=message,
        origin="unknown",
        payload=body,
        event=event_of(body),
        failed_at=message.sent_at,
        obstacle="it has none of the forms that say which function to run again",
    )


def _invocation(message: Message, body: dict[str, Any], context: dict[str, Any]) -> Failure:
    known: dict[str, Any] = {
        "message": message,
        "target": context["functionArn"],
        "attempts": context.get("approximateInvokeCount"),
        "failed_at": _time(body.get("timestamp")) or message.sent_at,
        "error": _error(body.get("responsePayload")) or str(context.get("condition", "?")),
    }
    info = body.get("DDBStreamBatchInfo") or body.get("KinesisBatchInfo")
    if info:
        batch = Batch(**{name: info[key] for name, key in BATCH_KEYS.items()})
        event = f"{batch.size} record{'s' * (batch.size != 1)} of {name_of(batch.stream_arn)}"
        return Failure(**known, origin="batch of a stream", batch=batch, event=event)
    if "requestPayload" not in body:
        obstacle = "it does not carry the event, which was too large for it"
        return Failure(**known, origin="asynchronous invocation", obstacle=obstacle)
    payload = body["requestPayload"]
    parked = isinstance(payload, dict) and "Records" in payload
    origin = "record of a batch" if parked else "asynchronous invocation"
    return Failure(**known, origin=origin, payload=payload, event=event_of(payload))


def _dead_letter(message: Message, body: object) -> Failure:
    said = message.attributes
    attempts = said.get("RETRY_ATTEMPTS", "")
    truncated = said.get("IS_PAYLOAD_TRUNCATED", "").lower() == "true"
    return Failure(
        message=message,
        origin="delivery by a schedule" if "SCHEDULE_ARN" in said else "delivery by a rule",
        target=said["TARGET_ARN"],
        payload=body,
        event=event_of(body),
        error=": ".join(said[key] for key in ("ERROR_CODE", "ERROR_MESSAGE") if said.get(key))
        or "?",
        attempts=int(attempts) if attempts.isdigit() else None,
        failed_at=message.sent_at,
        obstacle="its payload was cut off because of its size" if truncated else None,
    )


def _execution(message: Message, detail: dict[str, Any]) -> Failure:
    said = [str(detail[key]) for key in ("error", "cause") if detail.get(key)]
    text = detail.get("input")
    known: dict[str, Any] = {
        "message": message,
        "origin": "execution of a state machine",
        "target": detail["stateMachineArn"],
        "execution": detail["executionArn"],
        "error": ": ".join(said) or str(detail["status"]),
        "failed_at": message.sent_at,
    }
    payload = None if text is None else json.loads(text)
    return Failure(**known, payload=payload, event=event_of(payload))


def event_of(payload: object) -> str:
    """Say what kind of thing a payload is: an event's type, or the source of records."""
    if not isinstance(payload, dict):
        return "?"
    if isinstance(payload.get("detail-type"), str):
        return str(payload["detail-type"])
    records = payload.get("Records")
    if isinstance(records, list) and records and isinstance(records[0], dict):
        first = records[0]
        source = str(first.get("eventSource") or first.get("EventSource") or "record")
        return " ".join(part for part in (source, str(first.get("eventName", ""))) if part)
    return "?"


def name_of(arn: str) -> str:
    """Return the name in an ARN: of a function (with any version), a queue, a table's stream."""
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return arn
    resource = parts[5]
    if parts[2] == "lambda":
        return resource.removeprefix("function:").removesuffix(":$LATEST")
    if parts[2] == "dynamodb":
        return resource.removeprefix("table/").split("/")[0]
    return resource.split("/")[-1].split(":")[-1]


def as_json(failure: Failure) -> dict[str, Any]:
    """Return all that is known of a failure, the payload as it was."""
    known: dict[str, Any] = {
        "messageId": failure.message.id,
        "origin": failure.origin,
        "target": failure.target,
        "event": failure.event,
        "error": failure.error,
        "attempts": failure.attempts,
        "failedAt": failure.failed_at.isoformat().replace("+00:00", "Z"),
        "attributes": dict(failure.message.attributes),
    }
    try:
        known["message"] = json.loads(failure.message.body)
    except ValueError:
        known["message"] = failure.message.body
    return known


def _error(answer: object) -> str | None:
    if isinstance(answer, dict) and "errorMessage" in answer:
        kind = answer.get("errorType")
        return f"{kind}: {answer['errorMessage']}" if kind else str(answer["errorMessage"])
    return None


def _time(text: object) -> datetime | None:
    try:
        time = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
