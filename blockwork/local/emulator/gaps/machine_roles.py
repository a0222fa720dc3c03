"""What a state machine does, it does as its role.

AWS calls what a task names with the role of the state machine: what the role may not do fails with
the error of the service that refused it, so that Retry and Catch can tell
(https://docs.aws.amazon.com/step-functions/latest/dg/concept-error-handling.html). A role that it
cannot assume makes no state machine
(https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html). Stock asks
nobody. Closed by asking before the call, and before a state machine is made or changed.
"""

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from ministack import app as gateway
from ministack.core import iam_actions
from ministack.core.responses import get_account_id, get_region
from ministack.services import stepfunctions
from ministack.services.cloudformation import provisioners

from blockwork.local.emulator.gaps._execution import Error, Run, current
from blockwork.local.emulator.gaps._hooks import Answer, json_refusal
from blockwork.local.emulator.gaps._machine_roles import (
    function_arn,
    may_be_assumed,
    refusal,
    resources_of,
)

INTEGRATIONS = {
    "lambda:invoke": ("lambda:InvokeFunction", "Lambda.AWSLambdaException"),
    "sqs:sendMessage": ("sqs:SendMessage", "SQS.AmazonSQSException"),
    "sns:publish": ("sns:Publish", "SNS.AuthorizationErrorException"),
    "events:putEvents": ("events:PutEvents", "EventBridge.AmazonEventBridgeException"),
    "states:startExecution": ("states:StartExecution", "StepFunctions.AWSStepFunctionsException"),
    **{
        f"dynamodb:{name}": (
            f"dynamodb:{name[0].upper()}{name[1:]}",
            "DynamoDB.AmazonDynamoDBException",
        )
        for name in ("getItem", "putItem", "updateItem", "deleteItem")
    },
}
"""The action and the error of each integration that is a service's own."""
NOT_ASSUMED = (
    "Neither the global service principal states.amazonaws.com, nor the regional one is authorized"
    " to assume the provided role."
)


def close() -> None:
    """Ask the role first."""
    stock_invoke, stock_call = stepfunctions._invoke_resource, gateway.call_service_handler_sync

    def invoke(resource: str, asked: Any) -> Any:
        if at_work := current.get():
            _ask(at_work[0], resource, asked)
        return stock_invoke(resource, asked)

    def call(handler: Any, method: str, path: str, headers: Any, body: Any, *rest: Any) -> Any:
        if at_work := current.get():
            _ask_for_request(at_work[0], handler, method, path, headers, body, *rest)
        return stock_call(handler, method, path, headers, body, *rest)

    stepfunctions._invoke_resource = invoke
    gateway.call_service_handler_sync = call
    stepfunctions._create_state_machine = partial(_made, stepfunctions._create_state_machine)
    stepfunctions._update_state_machine = partial(_made, stepfunctions._update_state_machine)
    handlers = provisioners._RESOURCE_HANDLERS["AWS::StepFunctions::StateMachine"]
    handlers["create"] = partial(_made_of_template, handlers["create"])


def _ask(run: Run, resource: str, asked: Any) -> None:
    if ":function:" in resource:
        action, error = INTEGRATIONS["lambda:invoke"]
        _refuse_if_not_allowed(run, error, "lambda", action, [function_arn(resource)])
        return
    integration = resource.removeprefix("arn:aws:states:::").partition(".")[0]
    if integration in INTEGRATIONS:
        action, error = INTEGRATIONS[integration]
        service = integration.partition(":")[0]
        _refuse_if_not_allowed(run, error, service, action, resources_of(service, asked))


def _ask_for_request(
    run: Run,
    handler: Any,
    method: str,
    path: str,
    headers: Any,
    body: Any,
    query: Any,
    *_timeout: Any,
) -> None:
    """Ask for what the SDK integrations call: a request as it would come through the gateway."""
    service = next(name for name, known in gateway.SERVICE_HANDLERS.items() if known is handler)
    content = body.encode() if isinstance(body, str) else body
    if "urlencoded" in headers.get("content-type", ""):  # as the gateway reads a form
        query = {**query, **parse_qs(content.decode())}
    request = (service, method, path, headers, content, query)
    action = iam_actions.extract_iam_action(*request)
    if action is None:
        return
    resource = iam_actions.extract_resource_arn(*request, get_region(), get_account_id())
    prefix = stepfunctions._prefix_sdk_error(_sdk_name(service), "").rstrip(".")
    _refuse_if_not_allowed(run, f"{prefix}.{prefix}Exception", service, action, [resource])


def _sdk_name(service: str) -> str:
    """Return what an SDK integration calls a service that the gateway calls `service`."""
    return next(
        (
            name
            for name, info in stepfunctions._AWS_SDK_SERVICE_MAP.items()
            if info.get("service_key", name) == service
        ),
        service,
    )


def _refuse_if_not_allowed(
    run: Run, error: str, service: str, action: str, resources: list[str]
) -> None:
    role = run.record.get("roleArn") or stepfunctions._state_machines[run.machine]["roleArn"]
    if gateway.AUTH and not may_be_assumed(role, run.machine):
        raise Error("States.Permissions", f"{NOT_ASSUMED} ({role})")
    why = refusal(role, run.record["name"], service, action, resources)
    if why is not None:
        raise Error(error, why)


def _made(stock: Callable[[dict[str, Any]], Answer], request: dict[str, Any]) -> Answer:
    role, machine = request.get("roleArn"), _arn_of(request)
    if gateway.AUTH and role and not may_be_assumed(role, machine):
        return json_refusal("AccessDeniedException", NOT_ASSUMED)
    return stock(request)


def _arn_of(request: dict[str, Any]) -> str:
    """Return the ARN of the state machine that a request makes or changes."""
    place = f"arn:aws:states:{get_region()}:{get_account_id()}:stateMachine"
    return str(request.get("stateMachineArn") or f"{place}:{request.get('name')}")


def _made_of_template(
    stock: Callable[..., Any], logical_id: str, properties: dict[str, Any], *more: Any
) -> Any:
    role = properties.get("RoleArn")
    name = properties.get("StateMachineName") or provisioners._physical_name(
        more[0], logical_id, max_len=80
    )
    if gateway.AUTH and role and not may_be_assumed(role, _arn_of({"name": name})):
        raise ValueError(f"{NOT_ASSUMED} ({role})")
    return stock(logical_id, properties, *more)
