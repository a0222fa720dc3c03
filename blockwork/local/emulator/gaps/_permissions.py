"""Whether the owner of a function, queue, topic or key lets one of AWS's services use it."""

from typing import Any

from ministack.core.iam_evaluator import EvalContext, evaluate_resource_policy
from ministack.core.responses import get_account_id, get_region
from ministack.services import kms, lambda_svc, sns, sqs


def may_invoke(config: dict[str, Any], service: str, source: str) -> bool:
    """Tell whether the function's own policy allows it.

    :param config: the function's configuration.
    :param service: such as events.amazonaws.com.
    :param source: the ARN of what invokes it.
    """
    policy = lambda_svc._functions[config["FunctionName"]]["policy"]
    action = "lambda:InvokeFunction"
    return _allows(policy, action, config["FunctionArn"], service, source, get_account_id())


def may_send(arn: str, service: str, source: str) -> bool:
    """Tell whether a queue's or topic's policy allows it, and the policy of its key.

    :param arn: of the queue or the topic.
    """
    asked = sns.topic_policy_allows if ":sns:" in arn else sqs.queue_policy_allows
    return bool(asked(arn, service, source, get_account_id()))


def may_use_key(key: str, service: str, source: str, account: str) -> bool:
    """Tell whether the policy of a key lets a service encrypt with it; AWS's own keys do not.

    :param key: id, ARN or alias.
    :param account: of the source.
    """
    found = kms._resolve_key(key)
    return found is not None and all(
        _allows(found["Policy"], action, found["Arn"], service, source, account)
        for action in ("kms:GenerateDataKey", "kms:Decrypt")
    )


def _allows(policy: Any, action: str, arn: str, service: str, source: str, account: str) -> bool:
    context = EvalContext(
        principal_arn="*",
        principal_type="Service",
        principal_account="",
        action=action,
        resource_arn=arn,
        region=get_region(),
        service_context={"aws:sourcearn": source, "aws:sourceaccount": account},
    )
    decided = evaluate_resource_policy(policy, context, service=service).decision
    return bool(decided == "Allow")
