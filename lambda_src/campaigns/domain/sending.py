"""The steps of the workflow that brings a campaign to its end.

Each may be repeated, overtaken by a repetition of itself, or die anywhere: it begins by finding out
what has been done. The state machine (`stacks/campaign_workflow.py`) says what follows on what.
"""

from dataclasses import dataclass
from datetime import datetime

from campaigns.domain.accounting import outcome_of, total
from campaigns.domain.campaign import Campaign, CampaignStatus, Reason
from campaigns.domain.campaigns import Batch, Campaigns, Doorbell
from campaigns.domain.outside import (
    Audience,
    AudiencePage,
    BatchChangedError,
    CampaignStoppedError,
    Provider,
    ProviderUnavailableError,
    Sending,
    Standing,
)

BATCH = 100
"""As many recipients as the provider takes at once."""
MOST_RECIPIENTS = 100_000
"""Two steps for each of 1,000 batches fit into an execution's 25,000 events (Step Functions,
"Quotas")."""
BATCHES_A_STEP = 25
"""How many are frozen in one invocation, so that it ends in time."""


class TooManyRecipientsError(Exception):
    """More people want the newsletter than a campaign may have."""

    def __init__(self, found: int) -> None:
        super().__init__(f"a campaign may have {MOST_RECIPIENTS:,} recipients, found {found:,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """How far the audience is frozen.

    :param done: whether it is, as a whole.
    :param cancelled: whether the campaign is to stop.
    :param batches: the numbers of all batches, once it is.
    """

    done: bool
    cancelled: bool
    batches: tuple[int, ...] = ()


def batch_key(campaign_id: str, number: int) -> str:
    """Return the key by which the provider knows a batch again."""
    return f"{campaign_id}-{number}"


def prepare(
    campaign_id: str, *, now: datetime, campaigns: Campaigns, audience: Audience
) -> Prepared:
    """Freeze some more of the audience into batches, each of which says where the next one begins.

    So a repetition goes on after the last one that is kept, and nobody is in two.

    :raises TooManyRecipientsError: if the audience is too large.
    """
    campaign = campaigns.get(campaign_id)
    for _ in range(BATCHES_A_STEP):
        if campaign.status is not CampaignStatus.PREPARING or campaign.is_cancelled:
            break
        last = campaigns.last_batch(campaign_id)
        found = last.before + len(last.user_ids) if last else 0
        if last and last.next_token is None:
            campaign = _freeze(campaign_id, last, now, campaigns)
            break
        page = _next_page(audience, last.next_token if last else None)
        if not page.user_ids:
            campaign = _freeze(campaign_id, last, now, campaigns)
            break
        if found + len(page.user_ids) > MOST_RECIPIENTS:
            raise TooManyRecipientsError(found + len(page.user_ids))
        campaigns.add_batch(
            campaign_id,
            Batch(
                number=last.number + 1 if last else 1,
                user_ids=page.user_ids,
                before=found,
                next_token=page.next_token,
            ),
        )
    done = campaign.status is not CampaignStatus.PREPARING
    return Prepared(
        done=done,
        cancelled=campaign.is_cancelled,
        batches=tuple(range(1, campaign.batches + 1)) if done else (),
    )


def create(campaign_id: str, *, campaigns: Campaigns, provider: Provider) -> None:
    """Make the campaign at the provider, once, and keep what the provider calls it."""
    campaign = campaigns.get(campaign_id)
    if campaign.provider_id is None and not campaign.is_cancelled:
        id_ = provider.create(campaign_id, subject=campaign.subject, text=campaign.text)
        campaigns.link(campaign_id, provider_id=id_)


def hand_over(
    campaign_id: str,
    number: int,
    *,
    campaigns: Campaigns,
    audience: Audience,
    provider: Provider,
) -> None:
    """Give a batch to the provider, without those who have left by now."""
    campaign = campaigns.get(campaign_id)
    batch = campaigns.batch(campaign_id, number)
    if batch.settled or campaign.provider_id is None or _must_stop(campaign):
        return
    key = batch_key(campaign_id, number)
    came = provider.report(campaign.provider_id, key)
    described = audience.describe(batch.user_ids)  # as late as can be
    if came is None and described.subscribers:
        try:
            provider.hand_over(campaign.provider_id, key, described.subscribers)
        except BatchChangedError:
            # An earlier try came after all, and somebody has left or come back since.
            came = provider.report(campaign.provider_id, key)
            if came is None:
                raise ProviderUnavailableError(f"no report of the batch {key}") from None
        except CampaignStoppedError:
            return
    handed_over = (
        came.references
        if came
        else frozenset(subscriber.user_id for subscriber in described.subscribers)
    )
    campaigns.settle(
        campaign_id,
        number,
        left={
            user: described.left.get(user, Reason.UNSUBSCRIBED)
            for user in batch.user_ids
            if user not in handed_over
        },
    )


def send(campaign_id: str, *, campaigns: Campaigns, provider: Provider) -> Sending:
    """Let the provider mail, unless the campaign is to stop."""
    campaign = campaigns.get(campaign_id)
    if campaign.provider_id is None or _must_stop(campaign):
        return Sending.CANCELLED
    try:
        provider.send(campaign.provider_id)
    except CampaignStoppedError:
        return Sending.CANCELLED
    return Sending.PENDING


def look(campaign_id: str, *, campaigns: Campaigns, provider: Provider) -> Standing:
    """Ask the provider how it stands: its callback has not come."""
    campaign = campaigns.get(campaign_id)
    if campaign.provider_id is None or _must_stop(campaign):
        return Standing(status=Sending.CANCELLED)
    standing = provider.look_up(campaign.provider_id)
    campaigns.note_mailed(campaign_id, standing.mailed)
    return standing


def close(
    campaign_id: str,
    *,
    ending: CampaignStatus,
    now: datetime,
    campaigns: Campaigns,
    provider: Provider,
) -> tuple[CampaignStatus, tuple[int, ...]]:
    """See to it that nobody is mailed any more; return how the campaign ends, and its batches.

    What the provider had sent by then is sent, whoever wanted it to stop.
    """
    campaign = campaigns.get(campaign_id)
    if campaign.status is CampaignStatus.PREPARING:
        campaign = _freeze(campaign_id, campaigns.last_batch(campaign_id), now, campaigns)
    if ending is not CampaignStatus.SENT and campaign.provider_id is not None:
        standing = provider.cancel(campaign.provider_id)
        if standing.status is Sending.SENT:
            ending = CampaignStatus.SENT
    return ending, tuple(range(1, campaign.batches + 1))


def account(
    campaign_id: str,
    number: int,
    *,
    ending: CampaignStatus,
    campaigns: Campaigns,
    provider: Provider,
) -> None:
    """Keep what has become of a batch, once nobody is mailed any more."""
    campaign = campaigns.get(campaign_id)
    batch = campaigns.batch(campaign_id, number)
    report = None
    if campaign.provider_id is not None:
        report = provider.report(campaign.provider_id, batch_key(campaign_id, number))
    cancelled = ending is CampaignStatus.CANCELLED
    outcome = outcome_of(
        batch.user_ids,
        left=batch.left,
        report=report,
        ending=Reason.CANCELLED if cancelled else Reason.FAILED,
    )
    campaigns.record(campaign_id, number, outcome)


def finish(
    campaign_id: str,
    *,
    ending: CampaignStatus,
    reason: str | None,
    now: datetime,
    campaigns: Campaigns,
    doorbell: Doorbell,
) -> None:
    """Add up what has become of everybody, and end the campaign.

    :param reason: why it has failed; of no matter if it has not.
    """
    campaign = campaigns.get(campaign_id)
    if not campaign.status.is_final:
        campaigns.end(
            campaign_id,
            ending,
            outcome=total(
                campaigns.outcomes(campaign_id, batches=campaign.batches),
                known_mailed=campaign.mailed,
            ),
            reason=reason if ending is CampaignStatus.FAILED else None,
            now=now,
        )
    doorbell.end(campaign_id)


def _must_stop(campaign: Campaign) -> bool:
    return campaign.is_cancelled or campaign.status is not CampaignStatus.SENDING


def _freeze(campaign_id: str, last: Batch | None, now: datetime, campaigns: Campaigns) -> Campaign:
    return campaigns.freeze(
        campaign_id,
        recipients=last.before + len(last.user_ids) if last else 0,
        batches=last.number if last else 0,
        now=now,
    )


def _next_page(audience: Audience, token: str | None) -> AudiencePage:
    """Return the next page that has anybody, or the end."""
    page = audience.page(limit=BATCH, next_token=token)
    while not page.user_ids and page.next_token is not None:
        page = audience.page(limit=BATCH, next_token=page.next_token)
    return page
