"""Who gets the newsletter: who has said so in their profile, and how they are reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

PURPOSE = "unsubscribe from the newsletter"
"""What a link in a mail is good for."""
UNSUBSCRIBED, DELETED = "UNSUBSCRIBED", "DELETED"


class InvalidLinkError(Exception):
    """A link to unsubscribe is none of ours."""

    def __init__(self) -> None:
        super().__init__(
            "this is no link of ours, or a part of one: take the whole link of the mail's last"
            " line, or sign in and change your profile"
        )


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Somebody who gets the newsletter, and their address."""

    user_id: str
    email: str


@dataclass(frozen=True, slots=True)
class SubscriberPage:
    """Some of those who get the newsletter.

    :param after: what the next page begins after; None if this is the last.
    """

    user_ids: tuple[str, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class Described:
    """What has become of users who got the newsletter when they were listed.

    :param others: who gets it no more, with UNSUBSCRIBED or DELETED as the reason.
    """

    subscribers: tuple[Subscriber, ...]
    others: tuple[tuple[str, str], ...]


class Subscribers(Protocol):
    """Where the decisions are kept: the table in production, a dict in unit tests."""

    def page(self, *, limit: int, after: str | None) -> SubscriberPage:
        """Return who gets the newsletter, from the index made for it, which may be a moment late.

        :param after: what a page before has said. Default: from the beginning.
        """

    def describe(self, user_ids: Sequence[str]) -> Described:
        """Return what is so now, after every write that was answered.

        :param user_ids: at most 100, none of them twice.
        """

    def unsubscribe(self, user_id: str, *, at: datetime) -> bool:
        """Send nothing more to somebody; tell whether that was a change.

        Whoever has no profile gets none, and nothing is made of them.
        """


class Unindexed(Protocol):
    """Profiles that the index does not tell the truth of."""

    def mend(self) -> int:
        """Put in who is missing, take out who should not be there; return how many."""
