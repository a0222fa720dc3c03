"""For other services: who gets the newsletter, page by page."""

from typing import Annotated

import msgspec

from blockwork.runtime.asking import asked_handler
from identity.adapters.subscriber_table import SubscriberTable
from identity.domain.newsletter import Subscribers

LARGEST_LIMIT = 1000


class ListSubscribers(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Which page is wanted."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=LARGEST_LIMIT)]
    next_token: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{1,64}$")] | None = None


class SubscriberIds(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A page; without `nextToken` it is the last."""

    user_ids: list[str]
    next_token: str | None = None


def list_subscribers(question: ListSubscribers, *, subscribers: Subscribers) -> SubscriberIds:
    """Return the ids of some; an address is told only by `describe_subscribers`."""
    page = subscribers.page(limit=question.limit, after=question.next_token)
    return SubscriberIds(user_ids=list(page.user_ids), next_token=page.after)


handler = asked_handler(
    ListSubscribers, list_subscribers, subscribers=SubscriberTable.from_environment
)
