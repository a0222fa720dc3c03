"""Who wants the newsletter: a function of the service that has the profiles tells their ids."""

import os
from typing import Any, Self, TypeVar

import boto3
import msgspec
from botocore.config import Config

from campaigns.domain.outside import AudiencePage

# A function that starts needs longer than a table.
CALL = Config(
    connect_timeout=1, read_timeout=12, retries={"mode": "standard", "total_max_attempts": 2}
)
Shape = TypeVar("Shape")


class PageAnswer(msgspec.Struct, frozen=True, rename="camel"):
    """Some users, and what leads to those after them."""

    user_ids: list[str]
    next_token: str | None = None


class AudienceUnavailableError(Exception):
    """The function has failed; its own log says why."""


class SubscriberList:
    """The port `Readership` on Lambda.

    :param client: a Lambda client.
    :param list_function: the name of the function that lists subscribers.
    """

    def __init__(self, client: Any, *, list_function: str) -> None:  # noqa: ANN401
        self._client = client
        self._list = list_function

    @classmethod
    def from_environment(cls) -> Self:
        """Call LIST_SUBSCRIBERS_FUNCTION."""
        return cls(
            boto3.client("lambda", config=CALL),
            list_function=os.environ["LIST_SUBSCRIBERS_FUNCTION"],
        )

    def page(self, *, limit: int, next_token: str | None) -> AudiencePage:
        """Ask for some users."""
        after = {} if next_token is None else {"nextToken": next_token}
        answer = self.call(self._list, {"limit": limit, **after}, PageAnswer)
        return AudiencePage(user_ids=tuple(answer.user_ids), next_token=answer.next_token)

    def call(self, function: str, question: dict[str, object], shape: type[Shape]) -> Shape:
        """Ask a function, and return its answer in a shape.

        :raises AudienceUnavailableError: if it has failed.
        """
        answer = self._client.invoke(FunctionName=function, Payload=msgspec.json.encode(question))
        if "FunctionError" in answer:
            # What it says is in its own log, and may hold an address.
            raise AudienceUnavailableError(f"{function} has failed: {answer['FunctionError']}")
        return msgspec.json.decode(answer["Payload"].read(), type=shape)
