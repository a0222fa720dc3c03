"""Welcome who has subscribed, in one of the languages that there are."""

from typing import Literal

import msgspec

from blockwork.runtime.consuming import consume_queue
from blockwork.runtime.parking import FailureTopic
from newsletter.subscribers import Subscribers, SubscriberTable


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """What waits in the queue; another language is parked at once, since no retry mends it."""

    mail: str
    language: Literal["en", "de"]


def welcome(subscription: Subscription, *, subscribers: Subscribers) -> None:
    """Count a welcome, where a mail would be sent."""
    subscribers.welcomed(subscription.mail)


handler = consume_queue(
    Subscription,
    welcome,
    parking=FailureTopic.from_environment,
    subscribers=SubscriberTable.from_environment,
)
