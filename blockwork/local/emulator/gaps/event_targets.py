"""A rule's targets in another account or region, and log groups.

AWS hands an event on to a bus of another account whose policy lets the sender's account put events
there, and to one of another region
(https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html and
eb-cross-region.html), and writes it to a log group
(https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html). Stock drops all of
these. Closed in front of what it delivers; `account` and `region` of the event stay the sender's.
"""

import logging
import time
from fnmatch import fnmatchcase
from typing import Any

from ministack.core.responses import get_account_id, get_region, new_uuid, request_scope
from ministack.services import cloudwatch_logs, eventbridge

logger = logging.getLogger("event_targets")

PUT = "events:PutEvents"
BUS, GROUP = "event-bus/", ":log-group:"


def close() -> None:
    """Deliver these before stock drops them."""
    stock = eventbridge._invoke_target

    def invoke(target: dict[str, Any], event: dict[str, Any], rule: Any, *view: Any) -> None:
        _, _, service, region, account, rest = [*target["Arn"].split(":", 5), *[""] * 5][:6]
        here = get_account_id(), get_region()
        if service == "logs" and GROUP in target["Arn"]:
            with request_scope(account, region):
                _log(target, event, rule)
        elif service == "events" and rest.startswith(BUS) and (account, region) != here:
            with request_scope(account, region):
                _hand_on(target, event, rule, rest.removeprefix(BUS), here)
        else:
            stock(target, event, rule, *view)

    eventbridge._invoke_target = invoke


def _hand_on(
    target: dict[str, Any], event: dict[str, Any], rule: Any, bus: str, here: tuple[str, str]
) -> None:
    """Dispatch an event on a bus of the account and region that are asked just now."""
    is_ours = here[0] == get_account_id()
    if bus not in eventbridge._event_buses or not (is_ours or _lets(bus, here[0])):
        logger.warning("%s does not exist, or does not let %s put events", target["Arn"], here[0])
        return
    came_by = [*(event.get("_DispatchPath") or []), f"{':'.join(here)}:{rule.get('Name')}"]
    if came_by[-1] in came_by[:-1]:  # a circle
        return
    handed = {"Account": here[0], "Region": here[1], **event, "EventBusName": bus}
    eventbridge._dispatch_event({**handed, "_DispatchPath": came_by})
    eventbridge._archive_event(handed)


def _lets(bus: str, account: str) -> bool:
    policy = eventbridge._event_bus_policies.get(bus) or {}
    statements = policy.get("Statement", [])
    who = {"*", account, f"arn:aws:iam::{account}:root"}
    return any(
        each.get("Effect") == "Allow"
        and any(fnmatchcase(PUT, action) for action in _listed(each.get("Action")))
        and bool(who & set(_principals(each.get("Principal"))))
        for each in statements
    )


def _principals(said: object) -> list[str]:
    return _listed(said.get("AWS") if isinstance(said, dict) else said)


def _listed(said: Any) -> list[str]:
    return (
        [] if said is None else [str(each) for each in said] if isinstance(said, list) else [said]
    )


def _log(target: dict[str, Any], event: dict[str, Any], rule: Any) -> None:
    view = eventbridge._pattern_event_view(event)
    content = view.event_with_detail()
    message = target.get("Input") or eventbridge.json.dumps(content)
    if transformer := target.get("InputTransformer"):
        message = eventbridge._apply_input_transformer(transformer, rule, view)
    name = target["Arn"].partition(GROUP)[2].removesuffix(":*")
    where = {"logGroupName": name, "logStreamName": new_uuid()}
    cloudwatch_logs._create_log_stream(where)
    line = {"timestamp": int(time.time() * 1000), "message": message}
    status, _, body = cloudwatch_logs._put_log_events({**where, "logEvents": [line]})
    if status >= 400:
        logger.error("event %s is not in %s: %r", event.get("EventId"), name, body)
