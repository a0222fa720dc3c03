"""An output is looked up where its stack is, and anew with every update.

AWS's `Fn::GetStackOutput` takes a `Region` (default: the asking stack's own) and a `RoleArn`, whose
account holds the stack and which must be allowed to describe it (CloudFormation Template
Reference). Stock ignores both and finds the outputs of its own region and account only, deleted
stacks included. Closed by looking where the function says. Whom that role trusts is not asked:
stock keeps no stack's execution role.

The value "is resolved at stack create or update time" (the same page), so a change set of a
template that is deployed already changes what reads an output: its value is known after execution.
Stock finds that nothing changes, whatever became of the output. Closed by not knowing either.
"""

import json
from contextvars import ContextVar
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.arn import parse_arn
from ministack.core.iam_evaluator import EvalContext
from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudformation, iam
from ministack.services.cloudformation import changesets, engine, handlers, stacks

NAME = "Fn::GetStackOutput"
KNOWN_AFTER_APPLY = "{{changeSet:KNOWN_AFTER_APPLY}}"
is_planned: ContextVar[bool] = ContextVar("is_planned", default=False)
"""Whether what is resolved is only going to be, by the change set that is being made."""


def close() -> None:
    """Resolve the function before stock's resolver sees it."""
    stock = engine._resolve_refs

    def resolve(value: Any, *context: Any) -> Any:
        if isinstance(value, dict) and NAME in value:
            if is_planned.get():
                return KNOWN_AFTER_APPLY
            return _output(**{key: resolve(part, *context) for key, part in value[NAME].items()})
        return stock(value, *context)

    for module in (engine, stacks, changesets, handlers):
        module._resolve_refs = resolve
    _know_after_apply()


def _know_after_apply() -> None:
    stock_refusal, stock_plan = handlers._stack_has_no_updates, changesets._resolve_props_for_diff

    def has_no_updates(stack: Any, template: Any, *context: Any, **more: Any) -> bool:
        reads = NAME in json.dumps(template, default=str)
        return not reads and bool(stock_refusal(stack, template, *context, **more))

    def plan(template: Any, params: Any, stack_name: str, stack_id: str) -> Any:
        stack = cloudformation._stacks.get(stack_name) or {}
        token = is_planned.set(template is not stack.get("_template"))
        try:
            return stock_plan(template, params, stack_name, stack_id)
        finally:
            is_planned.reset(token)

    handlers._stack_has_no_updates = has_no_updates
    changesets._resolve_props_for_diff = plan


def _output(
    StackName: str,  # noqa: N803 -- as CloudFormation spells them
    OutputName: str,  # noqa: N803
    Region: str | None = None,  # noqa: N803
    RoleArn: str | None = None,  # noqa: N803
) -> str:
    account, region = get_account_id(), Region or get_region()
    if RoleArn:
        account = parse_arn(RoleArn).account_id
    stack = cloudformation._stacks.get_scoped(account, region, StackName)
    if stack is None or stack["StackStatus"] == "DELETE_COMPLETE":
        raise ValueError(f"Stack '{StackName}' does not exist in {region} of account {account}")
    if RoleArn:
        _check_may_describe(RoleArn, account, stack)
    for output in stack.get("Outputs", []):
        if output["OutputKey"] == OutputName:
            return str(output["OutputValue"])
    raise ValueError(f"Output '{OutputName}' not found in stack '{StackName}' of {region}")


def _check_may_describe(role_arn: str, account: str, stack: dict[str, Any]) -> None:
    name = role_arn.rsplit("/", 1)[-1]
    if iam._roles.get_scoped(account, None, name) is None:
        raise ValueError(f"Role {role_arn} cannot be assumed: it does not exist")
    asked = EvalContext(
        principal_arn=role_arn,
        principal_type="AssumedRole",
        principal_account=account,
        action="cloudformation:DescribeStacks",
        resource_arn=stack["StackId"],
        region=parse_arn(stack["StackId"]).region,
    )
    policies = iam_evaluator._gather_role_policies(name, account)
    if iam_evaluator.evaluate(asked, policies).decision != "Allow":
        raise ValueError(f"Role {role_arn} is not authorized to describe {stack['StackId']}")
