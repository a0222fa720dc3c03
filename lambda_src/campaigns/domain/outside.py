"""Whom a campaign needs: those who know who wants it, and the provider who mails it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from campaigns.domain.accounting import Report
from campaigns.domain.campaign import Reason, Subject, Text


class ProviderUnavailableError(Exception):
    """The provider gave no answer that can be relied on; ask again later."""


class BatchChangedError(Exception):
    """The provider has a batch by this key already, of other recipients."""


class CampaignStoppedError(Exception):
    """The provider takes nothing for this campaign any more."""


class Sending(StrEnum):
    """How far the provider has come with a campaign, in its own words."""

    READY = "ready"
    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How it stands with a campaign at the provider.

    :param sequence: rises with each status that the provider reports.
    """

    status: Sending
    mailed: int = 0
    sequence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """Somebody who wants the newsletter right now. The address is never kept."""

    user_id: str
    email: str
    unsubscribe_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AudiencePage:
    """Some of the users who want the newsletter."""

    user_ids: tuple[str, ...]
    next_token: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """Who of some users still wants the newsletter, and who has left, and why."""

    subscribers: tuple[Subscriber, ...]
    left: Mapping[str, Reason]


class Readership(Protocol):
    """Who wants the newsletter: the service that has the profiles knows."""

    def page(self, *, limit: int, next_token: str | None) -> AudiencePage:
        """Return some of them, in an order that does not change."""


class Audience(Readership, Protocol):
    """The same, and how they are reached."""

    def describe(self, user_ids: Sequence[str]) -> Described:
        """Return what is known of these as of now."""


class Provider(Protocol):
    """The e-mail provider. Everything may be repeated.

    Each method raises `ProviderUnavailableError` where no answer can be relied on.
    """

    def create(self, key: str, *, subject: Subject, text: Text) -> str:
        """Make a campaign, one for each key, and return its id."""

    def hand_over(self, provider_id: str, key: str, subscribers: Sequence[Subscriber]) -> None:
        """Add recipients, once for each key.

        :raises BatchChangedError: if others were added under this key.
        :raises CampaignStoppedError: if the campaign was cancelled.
        """

    def report(self, provider_id: str, key: str) -> Report | None:
        """Return what has become of a batch; None if it never came."""

    def send(self, provider_id: str) -> None:
        """Begin to mail, or go on after a failure.

        :raises CampaignStoppedError: if the campaign was cancelled.
        """

    def cancel(self, provider_id: str) -> Standing:
        """See to it that nobody is mailed any more; return how it stands then."""

    def look_up(self, provider_id: str) -> Standing:
        """Return how it stands."""
