"""A campaign as JSON: the body somebody sends, and the view of it."""

from datetime import UTC, datetime

import msgspec

from campaigns.domain.campaign import Campaign, CampaignStatus, Subject, Text


class CampaignBody(msgspec.Struct, frozen=True, kw_only=True):
    """The body of a new campaign."""

    subject: Subject
    text: Text


def entry(campaign: Campaign) -> dict[str, object]:
    """Return a campaign as lists show it."""
    view: dict[str, object] = {
        "campaignId": campaign.campaign_id,
        "subject": str(campaign.subject),
        "status": str(campaign.status),
        "recipients": campaign.recipients,
        "mailed": campaign.mailed,
        "notMailed": {str(reason): count for reason, count in campaign.not_mailed.items()},
        "createdAt": _iso(campaign.created_at),
    }
    if campaign.cancel_requested_at is not None:
        view["cancelRequestedAt"] = _iso(campaign.cancel_requested_at)
    if campaign.status is CampaignStatus.FAILED and campaign.reason:
        view["reason"] = campaign.reason
    return view


def view(campaign: Campaign) -> dict[str, object]:
    """Return a campaign as it is shown alone."""
    return entry(campaign) | {"text": str(campaign.text)}


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
