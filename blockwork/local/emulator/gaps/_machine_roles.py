"""What the role of a state machine, or of an API, may do, asked as the services it calls would."""

import hashlib
import json
from typing import Any

from ministack import app as gateway
from ministack.core import iam_actions, iam_evaluator
from ministack.core.iam_evaluator import EvalContext
from ministack.core.responses import get_account_id, get_region
from ministack.services import iam, sts

STATES = "states.amazonaws.com"


def may_be_assumed(role_arn: str, machine: str, by: str = STATES) -> bool:
    """Tell whether a role lets Step Functions, or another service, act as it.

    :param machine: the ARN of the state machine, or of what else is to act as it.
    :param by: the service's principal.
    """
    role = iam._roles.get(role_arn.rpartition("/")[2])
    if role is None:
        return False
    context = EvalContext(
        principal_arn=by,
        principal_type="Service",
        principal_account="",
        action="sts:AssumeRole",
        resource_arn="*",
        region=get_region(),
        service_context={"aws:sourcearn": machine, "aws:sourceaccount": get_account_id()},
    )
    trust = role["AssumeRolePolicyDocument"]
    return any(
        iam_evaluator.evaluate_resource_policy(trust, context, service=service).decision == "Allow"
        for service in (by, by.replace(".", f".{get_region()}.", 1))
    )


def refusal(
    role_arn: str, session: str, service: str, action: str, resources: list[str]
) -> str | None:
    """Return why a role may not do something; None if it may, or if nobody is asked here.

    :param session: the name that it acts under.
    :param service: whose resources they are, as the gateway calls it.
    :param action: such as `sqs:SendMessage`.
    """
    if not gateway.AUTH:
        return None
    key = _session(role_arn, session)
    for resource in resources:
        denied = iam_evaluator.enforce(key, action, service, get_region(), resource, {})
        if denied is not None:
            who = getattr(denied, "principal_arn", role_arn)
            explicit = getattr(denied, "decision", "") == "Deny"
            return str(iam_actions.identity_denial_message(action, who, resource, explicit))
    return None


def _session(role_arn: str, session: str) -> str:
    """Return the key of a session of the role."""
    role = role_arn.rpartition("/")[2]
    digest = hashlib.sha256(f"{role_arn} {session}".encode()).hexdigest()
    key = f"ASIA{digest[:16].upper()}"
    arn = f"arn:aws:sts::{role_arn.split(':')[4]}:assumed-role/{role}/{session[:64]}"
    known = {"Arn": arn, "UserId": f"{role}:{session}", "SecretAccessKey": digest}
    sts.register_session(key, {**known, "SessionToken": digest[::-1]})
    return key


def resources_of(service: str, asked: dict[str, Any]) -> list[str]:
    """Return the ARNs that a call of a service's own integration is about.

    :param asked: the call's parameters.
    """
    region, account, body = get_region(), get_account_id(), json.dumps(asked).encode()
    if service == "dynamodb":
        return list(iam_actions.dynamodb_resource_arns(body, region, account))
    if service == "events":
        return list(iam_actions.eventbridge_resource_arns(body, region, account))
    if service == "sqs":
        name = str(asked.get("QueueUrl", "")).rpartition("/")[2]
        return [f"arn:aws:sqs:{region}:{account}:{name}"]
    if service == "lambda":
        return [function_arn(str(asked.get("FunctionName", "")))]
    named = asked.get("TopicArn") or asked.get("TargetArn") or asked.get("StateMachineArn")
    return [str(named or "*")]


def function_arn(reference: str) -> str:
    """Return the ARN of a function by its name, with or without a qualifier, or its ARN."""
    if reference.startswith("arn:"):
        return reference
    name = reference.rpartition(":function:")[2]
    return f"arn:aws:lambda:{get_region()}:{get_account_id()}:function:{name}"
