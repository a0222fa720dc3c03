"""Whether a function lets a service invoke it."""

from typing import Any

from ministack.core.iam_evaluator import EvalContext, evaluate_resource_policy
from ministack.core.responses import get_account_id, get_region
from ministack.services import lambda_svc


def may_invoke(config: dict[str, Any], service: str, source: str) -> bool:
    """Tell whether the function's own policy allows it.

    :param config: the function's configuration.
    :param service: such as events.amazonaws.com.
    :param source: the ARN of what invokes it.
    """
    context = EvalContext(
        principal_arn="*",
        principal_type="Service",
        principal_account="",
        action="lambda:InvokeFunction",
        resource_arn=config["FunctionArn"],
        region=get_region(),
        service_context={"aws:sourcearn": source, "aws:sourceaccount": get_account_id()},
    )
    policy = lambda_svc._functions[config["FunctionName"]]["policy"]
    decided = evaluate_resource_policy(policy, context, service=service).decision
    return bool(decided == "Allow")
