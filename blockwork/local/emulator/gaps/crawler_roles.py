"""A crawler takes the name of its role.

AWS takes "the Amazon Resource Name (ARN) of an IAM role or the role's name" for a crawler
(https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-glue-crawler.html).
Stock takes an ARN alone. Closed by the ARN of the role that is called so.
"""

from collections.abc import Callable
from typing import Any

from ministack.core.responses import get_account_id
from ministack.services import glue


def close() -> None:
    """Make an ARN of a name."""
    glue._create_crawler = _with_arn(glue._create_crawler)
    glue._update_crawler = _with_arn(glue._update_crawler)


def _with_arn(stock: Callable[..., Any]) -> Callable[..., Any]:
    def take(request: dict[str, Any]) -> Any:
        role = str(request.get("Role") or "")
        if role and not role.startswith("arn:"):
            arn = f"arn:aws:iam::{get_account_id()}:role/{role.lstrip('/')}"
            request = {**request, "Role": arn}
        return stock(request)

    return take
