"""Who wants the newsletter: two functions of the service that has the profiles answer."""

import os
from collections.abc import Sequence
from typing import Any, Self, TypeVar

import boto3
import msgspec
from botocore.config import Config

from campaigns.domain.campaign import Reason
from campaigns.domain.outside import AudiencePage, Described, Subscriber

# A function that starts needs longer than a table.
CALL = Config(
    connect_timeout=1, read_timeout=12, retries={"mode": "standard", "total_max_attempts": 2}
)
Shape = TypeVar("Shape")


class PageAnswer(msgspec.Struct, frozen=True, rename="camel"):
    """Some users, and what leads to those after them."""

    user_ids: list[str]
    next_token: str | None = None


class SubscriberAnswer(msgspec.Struct, frozen=True, rename="camel"):
    """Somebody who wants it."""

    user_id: str
    email: str
    unsubscribe_url: str

    def subscriber(self) -> Subscriber:
        """Return them as the domain knows them."""
        return Subscriber(
            user_id=self.user_id, email=self.email, unsubscribe_url=self.unsubscribe_url
        )


class OtherAnswer(msgspec.Struct, frozen=True, rename="camel"):
    """Somebody who does not."""

    user_id: str
    reason: Reason


class DescribedAnswer(msgspec.Struct, frozen=True):
    """What is known of some users."""

    subscribers: list[SubscriberAnswer]
    others: list[OtherAnswer]


class AudienceUnavailableError(Exception):
    """The function has failed; its own log says why."""


class SubscriberFunctions:
    """The port `Audience` on Lambda.

    :param client: a Lambda client.
    :param list_function: the name of the function that lists subscribers.
    :param describe_function: the name of the one that describes them.
    """

    def __init__(
        self,
        client: Any,  # noqa: ANN401
        *,
        list_function: str,
        describe_function: str,
    ) -> None:
        self._client = client
        self._list = list_function
        self._describe = describe_function

    @classmethod
    def from_environment(cls) -> Self:
        """Call LIST_SUBSCRIBERS_FUNCTION and DESCRIBE_SUBSCRIBERS_FUNCTION."""
        return cls(
            boto3.client("lambda", config=CALL),
            list_function=os.environ["LIST_SUBSCRIBERS_FUNCTION"],
            describe_function=os.environ["DESCRIBE_SUBSCRIBERS_FUNCTION"],
        )

    def page(self, *, limit: int, next_token: str | None) -> AudiencePage:
        """Ask for some users."""
        after = {} if next_token is None else {"nextToken": next_token}
        answer = self._call(self._list, {"limit": limit, **after}, PageAnswer)
        return AudiencePage(user_ids=tuple(answer.user_ids), next_token=answer.next_token)

    def describe(self, user_ids: Sequence[str]) -> Described:
        """Ask about users."""
        answer = self._call(self._describe, {"userIds": list(user_ids)}, DescribedAnswer)
        return Described(
            subscribers=tuple(one.subscriber() for one in answer.subscribers),
            left={other.user_id: other.reason for other in answer.others},
        )

    def _call(self, function: str, question: dict[str, object], shape: type[Shape]) -> Shape:
        answer = self._client.invoke(FunctionName=function, Payload=msgspec.json.encode(question))
        if "FunctionError" in answer:
            # What it says is in its own log, and may hold an address.
            raise AudienceUnavailableError(f"{function} has failed: {answer['FunctionError']}")
        return msgspec.json.decode(answer["Payload"].read(), type=shape)
