"""Who wants the newsletter, and how they are reached: two functions answer."""

import os
from collections.abc import Sequence
from typing import Any, Self

import boto3
import msgspec

from campaigns.adapters.readership import CALL, SubscriberList
from campaigns.domain.campaign import Reason
from campaigns.domain.outside import Described, Subscriber


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


class SubscriberFunctions(SubscriberList):
    """The port `Audience` on Lambda.

    :param describe_function: the name of the function that describes subscribers.
    """

    def __init__(
        self,
        client: Any,  # noqa: ANN401
        *,
        list_function: str,
        describe_function: str,
    ) -> None:
        super().__init__(client, list_function=list_function)
        self._describe = describe_function

    @classmethod
    def from_environment(cls) -> Self:
        """Call LIST_SUBSCRIBERS_FUNCTION and DESCRIBE_SUBSCRIBERS_FUNCTION."""
        return cls(
            boto3.client("lambda", config=CALL),
            list_function=os.environ["LIST_SUBSCRIBERS_FUNCTION"],
            describe_function=os.environ["DESCRIBE_SUBSCRIBERS_FUNCTION"],
        )

    def describe(self, user_ids: Sequence[str]) -> Described:
        """Ask about users."""
        answer = self.call(self._describe, {"userIds": list(user_ids)}, DescribedAnswer)
        return Described(
            subscribers=tuple(one.subscriber() for one in answer.subscribers),
            left={other.user_id: other.reason for other in answer.others},
        )
