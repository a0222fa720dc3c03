"""An event that cannot be delivered goes to the target's dead-letter queue.

AWS delivers nothing to a function that is gone or does not let EventBridge invoke it, and sends
such an event to the target's queue at once, with the reason in the message's attributes
(https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html; for Scheduler
https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html). Stock invokes
without permission, drops what has no function, and knows no such queue. Closed in front of targets
that are functions; they accept at once, so no delivery is ever retried.
"""

import json
import logging
from typing import Any

from ministack.core.responses import get_account_id
from ministack.services import eventbridge, lambda_svc, sqs

from tools.emulator.gaps import _destinations
from tools.emulator.gaps._permissions import may_invoke

Target = dict[str, Any]
Failure = tuple[str, str]

logger = logging.getLogger("target_delivery")


def close() -> None:
    """Look before an event is handed over."""
    stock = eventbridge._invoke_target

    def invoke(target: Target, event: dict[str, Any], source: dict[str, Any], *view: Any) -> None:
        failure = _what_prevents(target["Arn"], source) if ":lambda:" in target["Arn"] else None
        if failure is None:
            stock(target, event, source, *view)
        else:
            _bury(target, event, source, failure)

    eventbridge._invoke_target = invoke


def _is_schedule(source: dict[str, Any]) -> bool:
    return ":scheduler:" in source["Arn"]


def _what_prevents(arn: str, source: dict[str, Any]) -> Failure | None:
    _, _, _, _, _, _, name, *rest = arn.split(":")
    function, _ = lambda_svc._get_func_record_for_qualifier(name, rest[0] if rest else None)
    if function is None:
        return "RESOURCE_NOT_FOUND", f"Function not found: {arn}"
    config = {"FunctionName": name, "FunctionArn": arn}
    if _is_schedule(source) or may_invoke(config, "events.amazonaws.com", source["Arn"]):
        return None
    return "NO_PERMISSIONS", (
        f"User: events.amazonaws.com is not authorized to perform: lambda:InvokeFunction on"
        f" resource: {arn} because no resource-based policy allows the lambda:InvokeFunction action"
    )


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
        service = "events.amazonaws.com"
        if not sqs.queue_policy_allows(queue, service, source["Arn"], get_account_id()):
            logger.error("%s does not let %s send: event lost", queue, service)
            return
        attributes |= {"RULE_ARN": source["Arn"]}
        attributes |= {"EXHAUSTED_RETRY_CONDITION": "MaximumRetryAttempts"}
        body = json.dumps(eventbridge._pattern_event_view(event).event_with_detail())
    _destinations.send(queue, body, attributes)
