"""Where campaigns are kept, and what people and the provider do to them from outside."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from campaigns.domain.accounting import Outcome
from campaigns.domain.campaign import Campaign, CampaignStatus, Reason, Subject, Text


class UnknownCampaignError(Exception):
    """Somebody asked for a campaign that is not there."""

    def __init__(self, campaign_id: str) -> None:
        super().__init__(f"there is no campaign {campaign_id!r}; GET /campaigns lists all of them")


class UnknownCallbackError(Exception):
    """The provider calls back for a campaign that it never was given."""

    def __init__(self, provider_id: str) -> None:
        super().__init__(f"no campaign of ours is called {provider_id[:64]!r} by the provider")


class KeyReusedError(Exception):
    """An Idempotency-Key came again with another mail."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"the Idempotency-Key {key!r} belongs to another campaign already;"
            " take a new key for a new campaign, or repeat the first request unchanged"
        )


class CampaignOverError(Exception):
    """A campaign that shall stop has come to an end already."""

    def __init__(self, status: CampaignStatus) -> None:
        super().__init__(f"the campaign is {status} already: there is nothing left to cancel")


class TooManyMailedError(Exception):
    """The provider says it has mailed more people than there are."""

    def __init__(self, mailed: int, recipients: int) -> None:
        super().__init__(
            f"mailed must be at most {recipients}, which is all recipients, got {mailed}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some users of the audience, who are handed over together.

    :param number: 1 for the first.
    :param before: how many users the batches before it have.
    :param next_token: leads to the users after it; None if it is the last one.
    :param settled: whether it has been handed over, or there was nobody left to hand over.
    :param left: who was not handed over, and why.
    """

    number: int
    user_ids: tuple[str, ...]
    before: int
    next_token: str | None
    settled: bool = False
    left: Mapping[str, Reason] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPage:
    """Some campaigns, newest first.

    :param last_id: the last one's id, if there may be more after it.
    """

    campaigns: tuple[Campaign, ...]
    last_id: str | None


class Campaigns(Protocol):
    """Where campaigns are kept. Every method is one atomic step, and may be repeated."""

    def start(self, campaign: Campaign, *, user_id: str, key: str | None) -> Campaign:
        """Keep a new campaign and return it; return the kept one if the user's key has one."""

    def page(self, *, limit: int, after: str | None) -> CampaignPage:
        """Return some campaigns, newest first."""

    def get(self, campaign_id: str) -> Campaign:
        """Return a campaign as of now.

        :raises UnknownCampaignError: if there is none.
        """

    def by_provider_id(self, provider_id: str) -> Campaign:
        """Return the campaign that the provider calls so.

        :raises UnknownCallbackError: if there is none.
        """

    def request_cancel(self, campaign_id: str, *, now: datetime) -> Campaign:
        """Write down that it shall stop, unless it is over; return it as it is then.

        :raises UnknownCampaignError: if there is none.
        """

    def last_batch(self, campaign_id: str) -> Batch | None:
        """Return the batch of the highest number; None if there is none yet."""

    def add_batch(self, campaign_id: str, batch: Batch) -> None:
        """Keep a batch; nothing happens if there is one of that number."""

    def freeze(self, campaign_id: str, *, recipients: int, batches: int, now: datetime) -> Campaign:
        """Make a PREPARING campaign a SENDING one of so many recipients; return it as it is then.

        Nothing happens in any other status.
        """

    def link(self, campaign_id: str, *, provider_id: str) -> None:
        """Write down what the provider calls it, so that both find each other."""

    def batch(self, campaign_id: str, number: int) -> Batch:
        """Return a batch as of now."""

    def settle(self, campaign_id: str, number: int, *, left: Mapping[str, Reason]) -> None:
        """Write down who of a batch had left when it was handed over; nothing if it is settled."""

    def record(self, campaign_id: str, number: int, outcome: Outcome) -> None:
        """Write down what has become of a batch, once the provider mails nothing of it any more."""

    def outcomes(self, campaign_id: str, *, batches: int) -> Iterable[Outcome]:
        """Return what has become of the batches up to that number.

        :raises LookupError: if one of them is missing.
        """

    def note_mailed(self, campaign_id: str, mailed: int) -> None:
        """Raise the number of mailed of a SENDING campaign, never over its recipients."""

    def end(
        self,
        campaign_id: str,
        status: CampaignStatus,
        *,
        outcome: Outcome,
        reason: str | None,
        now: datetime,
    ) -> None:
        """Give a SENDING campaign its last status and numbers; nothing happens if it is over.

        :raises NumbersMovedError: if more were noted as mailed than the outcome says.
        """


class NumbersMovedError(Exception):
    """Since the numbers were read, the provider has said that more were mailed."""


class Doorbell(Protocol):
    """Wakes the workflow of a campaign, if it waits; what comes before it waits is kept."""

    def ring(self, campaign_id: str, *, status: str, sequence: int, message_id: str) -> str:
        """Tell the workflow a status, once for each message id; return what came of it."""

    def end(self, campaign_id: str) -> None:
        """Say that nobody will wait any more."""


def start(
    subject: Subject,
    text: Text,
    *,
    user_id: str,
    key: str | None,
    campaign_id: str,
    correlation_id: str,
    now: datetime,
    campaigns: Campaigns,
) -> Campaign:
    """Keep a new campaign; the table's stream begins with it.

    :param key: the user's Idempotency-Key, if there is one.
    :raises KeyReusedError: if the key was used for another mail.
    """
    kept = campaigns.start(
        Campaign(
            campaign_id=campaign_id,
            subject=subject,
            text=text,
            status=CampaignStatus.PREPARING,
            status_since=now,
            created_at=now,
            correlation_id=correlation_id,
        ),
        user_id=user_id,
        key=key,
    )
    if (kept.subject, kept.text) != (subject, text):
        raise KeyReusedError(key or "")
    return kept


def cancel(
    campaign_id: str, *, now: datetime, campaigns: Campaigns, doorbell: Doorbell
) -> Campaign:
    """Have a campaign stopped: the workflow sees it at its next step, or is woken.

    :raises CampaignOverError: if it was sent or has failed.
    """
    campaign = campaigns.request_cancel(campaign_id, now=now)
    if campaign.status in (CampaignStatus.SENT, CampaignStatus.FAILED):
        raise CampaignOverError(campaign.status)
    if not campaign.status.is_final:
        doorbell.ring(campaign_id, status="cancelled", sequence=0, message_id="cancel")
    return campaign


def called_back(
    *,
    provider_id: str,
    message_id: str,
    status: str,
    mailed: int,
    sequence: int,
    campaigns: Campaigns,
    doorbell: Doorbell,
) -> str:
    """Take what the provider says of a campaign; return what came of it.

    :param message_id: the same whenever the provider repeats itself.
    :raises UnknownCallbackError: if it is about no campaign of ours.
    :raises TooManyMailedError: if more were mailed than there are; nothing changes then.
    """
    campaign = campaigns.by_provider_id(provider_id)
    if mailed > campaign.recipients:
        raise TooManyMailedError(mailed, campaign.recipients)
    campaigns.note_mailed(campaign.campaign_id, mailed)
    return doorbell.ring(
        campaign.campaign_id, status=status, sequence=sequence, message_id=message_id
    )
