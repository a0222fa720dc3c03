"""For other services: who of some users gets the newsletter now, where, and how they end it."""

from typing import Annotated

import msgspec

from blockwork.runtime.asking import asked_handler
from identity.adapters.subscriber_table import SubscriberTable
from identity.adapters.unsubscribe_links import UnsubscribeLinks
from identity.domain.newsletter import Subscribers

MOST_USERS = 100
"""What DynamoDB reads in one batch (API reference, BatchGetItem)."""


class DescribeSubscribers(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Who is asked for."""

    user_ids: Annotated[
        list[Annotated[str, msgspec.Meta(min_length=1, max_length=64)]],
        msgspec.Meta(max_length=MOST_USERS),
    ]


class SubscriberView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Somebody to whom a mail may be sent."""

    user_id: str
    email: str
    unsubscribe_url: str


class OtherView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Somebody to whom none may be sent: UNSUBSCRIBED, DELETED."""

    user_id: str
    reason: str


class DescribedView(msgspec.Struct, frozen=True, kw_only=True):
    """Everybody who was asked for, in one of two lists."""

    subscribers: list[SubscriberView]
    others: list[OtherView]


def describe_subscribers(
    question: DescribeSubscribers, *, subscribers: Subscribers, links: UnsubscribeLinks
) -> DescribedView:
    """Return what is so now: who has opted out by now is not among the subscribers."""
    described = subscribers.describe(list(dict.fromkeys(question.user_ids)))
    return DescribedView(
        subscribers=[
            SubscriberView(
                user_id=one.user_id, email=one.email, unsubscribe_url=links.of(one.user_id)
            )
            for one in described.subscribers
        ],
        others=[OtherView(user_id=user_id, reason=reason) for user_id, reason in described.others],
    )


handler = asked_handler(
    DescribeSubscribers,
    describe_subscribers,
    subscribers=SubscriberTable.from_environment,
    links=UnsubscribeLinks.from_environment,
)
