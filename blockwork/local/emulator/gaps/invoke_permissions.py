"""S3 and SNS invoke a function only where its own policy lets them.

On AWS a function that does not let s3.amazonaws.com or sns.amazonaws.com invoke it hears nothing
(https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html). Stock invokes
without asking. Closed by asking.
"""

import logging
from typing import Any

from ministack.services import lambda_svc, s3, sns

from blockwork.local.emulator.gaps._permissions import may_invoke

logger = logging.getLogger("invoke_permissions")


def close() -> None:
    """Look before a function is told."""
    from_sns, from_s3 = sns._deliver_to_lambda, s3._deliver_event_to_lambda

    def notify(endpoint: str, envelope: str, topic_arn: str, *more: Any) -> None:
        if _may_invoke(endpoint, "sns.amazonaws.com", topic_arn):
            from_sns(endpoint, envelope, topic_arn, *more)

    def report(arn: str, payload: dict[str, Any], region: str) -> None:
        bucket = payload["Records"][0]["s3"]["bucket"]["arn"]
        if _may_invoke(arn, "s3.amazonaws.com", bucket):
            from_s3(arn, payload, region)

    sns._deliver_to_lambda = notify
    s3._deliver_event_to_lambda = report


def _may_invoke(arn: str, service: str, source: str) -> bool:
    function, config, _ = lambda_svc._get_func_record_for_ref(arn)
    if not function or not config:
        return True  # stock says that there is none
    allowed = may_invoke(config, service, source)
    if not allowed:
        logger.warning("%s does not let %s invoke it for %s", arn, service, source)
    return allowed
