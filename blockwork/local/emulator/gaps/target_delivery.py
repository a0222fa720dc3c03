"""An event that cannot be delivered goes to the target's dead-letter queue.

AWS delivers nothing to what is gone, or to a function, queue or topic that does not let EventBridge
use it (nor its key), and sends such an event to the target's queue at once, with the reason in the
message's attributes (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html; for
Scheduler https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html).
Stock delivers without permission, drops what has no target, and knows no such queue. Closed in
front of these targets; they accept at once, so no delivery is ever retried.
"""

import json
import logging
from typing import Any

from ministack.services import eventbridge, lambda_svc, sns, sqs, stepfunctions

from blockwork.local.emulator.gaps import _destinations
from blockwork.local.emulator.gaps._permissions import may_invoke, may_send

Target = dict[str, Any]
Failure = tuple[str, str]

EVENTS = "events.amazonaws.com"
ACTIONS = {
    "lambda": "lambda:InvokeFunction",
    "sns": "sns:Publish",
    "sqs": "sqs:SendMessage",
    "states": "states:StartExecution",
}

logger = logging.getLogger("target_delivery")


def close() -> None:
    """Look before an event is handed over."""
    stock = eventbridge._invoke_target

    def invoke(target: Target, event: dict[str, Any], source: dict[str, Any], *view: Any) -> None:
        failure = _what_prevents(target["Arn"], source)
        if failure is None:
            stock(target, event, source, *view)
        else:
            _bury(target, event, source, failure)

    eventbridge._invoke_target = invoke


def _is_schedule(source: dict[str, Any]) -> bool:
    return ":scheduler:" in source["Arn"]


def _what_prevents(arn: str, source: dict[str, Any]) -> Failure | None:
    service = arn.split(":")[2]
    if service not in ACTIONS:
        return None
    if not _exists(service, arn):
        return "RESOURCE_NOT_FOUND", f"{service} target not found: {arn}"
    if _is_schedule(source) or _may_deliver(service, arn, source["Arn"]):
        return None
    action = ACTIONS[service]
    return "NO_PERMISSIONS", (
        f"User: {EVENTS} is not authorized to perform: {action} on"
        f" resource: {arn} because no resource-based policy allows the {action} action"
    )


def _exists(service: str, arn: str) -> bool:
    if service == "sns":
        return sns._topic_by_arn_any_scope(arn) is not None
    if service == "sqs":
        return sqs._queue_by_arn(arn) is not None
    if service == "states":
        return stepfunctions._resolve_state_machine_arn(arn) is not None
    name, _, qualifier = arn.split(":", 6)[6].partition(":")
    function, _ = lambda_svc._get_func_record_for_qualifier(name, qualifier or None)
    return function is not None


def _may_deliver(service: str, arn: str, rule: str) -> bool:
    if service == "states":
        return True  # a role of the rule's own is asked, which stock does not look at
    if service != "lambda":
        return may_send(arn, EVENTS, rule)
    config = {"FunctionName": arn.split(":")[6], "FunctionArn": arn}
    return may_invoke(config, EVENTS, rule)


def _bury(target: Target, event: dict[str, Any], source: dict[str, Any], why: Failure) -> None:
    queue = (target.get("DeadLetterConfig") or {}).get("Arn")
    code, message = why
    logger.warning("%s: %s", code, message)
    if not queue:
        return
    attributes = {
        "TARGET_ARN": target["Arn"],
        "ERROR_CODE": code,
        "ERROR_MESSAGE": message,
        "RETRY_ATTEMPTS": "0",
    }
    if _is_schedule(source):
        attributes |= {"SCHEDULE_ARN": source["Arn"], "EXECUTION_ID": event["EventId"]}
        body = target.get("Input") or "{}"
    else:
        if not may_send(queue, EVENTS, source["Arn"]):
            logger.error("%s does not let %s send: event lost", queue, EVENTS)
            return
        attributes |= {"RULE_ARN": source["Arn"]}
        attributes |= {"EXHAUSTED_RETRY_CONDITION": "MaximumRetryAttempts"}
        body = json.dumps(eventbridge._pattern_event_view(event).event_with_detail())
    _destinations.send(queue, body, attributes)
