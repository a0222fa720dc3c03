"""A custom resource whose function cannot answer any more fails at once.

AWS invokes the function asynchronously and waits for its answer at the ResponseURL, an hour or the
ServiceTimeout, whatever has become of the function
(https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html).
So does stock. Nobody at a keyboard waits an hour for what is known: a function that could not
start, raised or ran out of time fails the resource with its error; one that returned without an
answer fails it once nothing that began since is at work any more, neither a function nor a state
machine, for CUSTOM_RESOURCE_SECONDS (10).
"""

import os
import threading
import time
from datetime import UTC, datetime
from typing import Any

from ministack.services import lambda_svc, stepfunctions
from ministack.services.cloudformation import custom_resource

from blockwork.local.emulator.gaps import async_invocations

QUIET_SECONDS = float(os.environ.get("CUSTOM_RESOURCE_SECONDS", "10"))
POLL_SECONDS = 0.1

_asking = threading.local()
"""Tells CloudFormation's own call from others with the same event, as of a state machine."""


def close() -> None:
    """Look at what becomes of the function that CloudFormation asks."""
    ask = custom_resource.invoke_custom_resource
    stock = lambda_svc._execute_function_with_config_scope

    def invoke_custom_resource(*args: Any, **kwargs: Any) -> Any:
        _asking.now = True
        try:
            return ask(*args, **kwargs)
        finally:
            _asking.now = False

    def execute(function: dict[str, Any], event: Any) -> Any:
        if not getattr(_asking, "now", False):
            return stock(function, event)
        _asking.now = False  # what it calls in turn is asked by nobody
        began = time.time()
        name = str((function.get("config") or function).get("FunctionName"))
        try:
            result = stock(function, event)
        except Exception as error:
            _fail(event, name, f"could not be invoked: {error}")
            return None
        if result.get("error"):
            _fail(event, name, _said(result))
        else:
            _wait(event, name, began)
        return result

    custom_resource.invoke_custom_resource = invoke_custom_resource
    lambda_svc._execute_function_with_config_scope = execute


def _wait(event: dict[str, Any], name: str, began: float) -> None:
    moved = time.time()
    while not _is_answered(event):
        if _is_at_work(began):
            moved = time.time()
        if time.time() - moved > QUIET_SECONDS:
            _fail(event, name, "returned without an answer to its ResponseURL")
            return
        time.sleep(POLL_SECONDS)


def _is_answered(event: dict[str, Any]) -> bool:
    entry = custom_resource._pending.get(_token(event))
    return entry is None or entry["event"].is_set()


def _is_at_work(began: float) -> bool:
    """Tell whether something works that may still answer."""
    since = datetime.fromtimestamp(began, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return bool(
        lambda_svc.executions_in_flight()[0]
        or any(one["accepted"] >= began for one in async_invocations.invocations.state())
        or any(
            execution["status"] == "RUNNING" and execution["startDate"] >= since
            for execution in list(stepfunctions._executions.all_values())
        )
    )


def _fail(event: dict[str, Any], name: str, why: str) -> None:
    reason = f"Function {name} {why} (log group /aws/lambda/{name})"
    custom_resource.deliver_response(_token(event), {"Status": "FAILED", "Reason": reason})


def _token(event: dict[str, Any]) -> str:
    return str(event["ResponseURL"]).rpartition("/")[2]


def _said(result: dict[str, Any]) -> str:
    body = result.get("body")
    if not isinstance(body, dict):
        return f"failed: {body}"
    kind, text = body.get("errorType", "error"), str(body.get("errorMessage", body))
    return f"failed: {kind}: {text}"
