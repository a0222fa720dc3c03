"""A campaign as JSON: the body somebody sends, and the view of it."""

from typing import NotRequired, TypedDict

import msgspec

from blockwork.runtime.envelope import Id
from blockwork.runtime.views import Timestamp, timestamp
from campaigns.domain.campaign import Campaign, CampaignStatus, Reason, Subject, Text


class CampaignBody(msgspec.Struct, frozen=True, kw_only=True):
    """The body of a new campaign."""

    subject: Subject
    text: Text


class BegunCampaign(TypedDict):
    """A campaign that has begun."""

    campaignId: Id
    status: CampaignStatus


class CampaignEntry(BegunCampaign):
    """A campaign as lists show it."""

    subject: str
    recipients: int
    mailed: int
    notMailed: dict[Reason, int]
    createdAt: Timestamp
    cancelRequestedAt: NotRequired[Timestamp]
    reason: NotRequired[str]


class CampaignView(CampaignEntry):
    """A campaign as it is shown alone."""

    text: str


def entry(campaign: Campaign) -> CampaignEntry:
    """Return a campaign as lists show it."""
    view: CampaignEntry = {
        "campaignId": campaign.campaign_id,
        "subject": str(campaign.subject),
        "status": campaign.status,
        "recipients": campaign.recipients,
        "mailed": campaign.mailed,
        "notMailed": dict(campaign.not_mailed),
        "createdAt": timestamp(campaign.created_at),
    }
    if campaign.cancel_requested_at is not None:
        view["cancelRequestedAt"] = timestamp(campaign.cancel_requested_at)
    if campaign.status is CampaignStatus.FAILED and campaign.reason:
        view["reason"] = campaign.reason
    return view


def view(campaign: Campaign) -> CampaignView:
    """Return a campaign as it is shown alone."""
    return {**entry(campaign), "text": str(campaign.text)}
