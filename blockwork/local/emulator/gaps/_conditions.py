"""What a request says of a resource, for the conditions of policies."""

from collections.abc import Mapping
from typing import Any, Self


class Resource(str):
    """An ARN that brings the condition keys of what is asked of it.

    MiniStack hands the ARN from whoever reads the request to whoever evaluates the policies.

    :param keys: value or values by condition key, such as `events:source`.
    """

    __slots__ = ("keys",)

    keys: Mapping[str, Any]

    def __new__(cls, arn: str, keys: Mapping[str, Any]) -> Self:
        """Attach the keys."""
        resource = super().__new__(cls, arn)
        resource.keys = keys
        return resource
