"""A service writes into an encrypted queue or topic only where the policy of its key lets it.

On AWS whoever writes into a queue or topic that is encrypted with a customer's key needs
`kms:GenerateDataKey` and `kms:Decrypt`: services by the key's policy, callers of the API by their
own (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html,
https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html); the key of AWS itself lets no
other service in. Stock forgets a topic's key that a template names, and asks no key. Closed by
remembering it, and by asking the key wherever a queue's or topic's policy is asked, and whenever
the API is called by a role.
"""

from collections.abc import Callable
from typing import Any

from ministack.core import iam_evaluator
from ministack.services import kms, sns, sqs

from blockwork.local.emulator.gaps._hooks import Properties, after_provisioning
from blockwork.local.emulator.gaps._permissions import may_use_key

NAME = "KmsMasterKeyId"
NEEDED = {
    "sns:Publish": ("kms:GenerateDataKey", "kms:Decrypt"),
    "sqs:SendMessage": ("kms:GenerateDataKey", "kms:Decrypt"),
    "sqs:ReceiveMessage": ("kms:Decrypt",),
}


def close() -> None:
    """Ask the key too."""
    after_provisioning("AWS::SNS::Topic", _remember, on=("create", "update"))
    sns.topic_policy_allows = _and_its_key(sns.topic_policy_allows)
    sqs.queue_policy_allows = _and_its_key(sqs.queue_policy_allows)
    stock = iam_evaluator.enforce

    def enforce(
        access_key_id: str,
        iam_action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: dict[str, Any] | None = None,
    ) -> Any:
        denied = stock(access_key_id, iam_action, service, region, resource_arn, service_context)
        needed = NEEDED.get(iam_action, ())
        if (record := kms._resolve_key(_key_of(resource_arn)) if needed else None) is not None:
            for action in needed:
                denied = denied or stock(access_key_id, action, "kms", region, record["Arn"])
        return denied

    iam_evaluator.enforce = enforce


def _remember(arn: str, properties: Properties) -> None:
    attributes = sns._topics[arn]["attributes"]
    if NAME in properties:
        attributes[NAME] = properties[NAME]
    else:
        attributes.pop(NAME, None)


def _and_its_key(stock: Callable[..., bool]) -> Callable[..., bool]:
    def allows(arn: str, service: str, source_arn: str, source_account: str) -> bool:
        key = _key_of(arn)
        return stock(arn, service, source_arn, source_account) and (
            not key or may_use_key(key, service, source_arn, source_account)
        )

    return allows


def _key_of(arn: str) -> str:
    """Return the key of a queue or topic as it was named, or nothing."""
    kind = arn.split(":")[2] if arn.count(":") >= 5 else ""
    look = {"sns": sns._topic_by_arn_any_scope, "sqs": sqs._queue_by_arn}.get(kind)
    found = look(arn) if look else None
    return str((found or {}).get("attributes", {}).get(NAME) or "")
