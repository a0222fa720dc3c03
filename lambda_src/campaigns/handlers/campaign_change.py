"""What a change of the table says of a campaign."""

from blockwork.runtime.envelope import InvalidEventError
from blockwork.runtime.records import TableChange
from campaigns.adapters.items import campaign_of, is_campaign
from campaigns.domain.campaign import Campaign, CampaignStatus


def new_campaign(change: TableChange) -> Campaign | None:
    """Return the campaign as it is after the change; None if the change is not about one.

    :raises InvalidEventError: if it is about a campaign and cannot be read.
    """
    if change.new is None or not is_campaign(change.new):
        return None
    try:
        return campaign_of(change.new)
    except (KeyError, ValueError) as error:
        raise InvalidEventError(f"the item of a campaign does not fit: {error!r}") from error


def old_status(change: TableChange) -> CampaignStatus | None:
    """Return the campaign's status before the change; None if there was no campaign."""
    return None if change.old is None else CampaignStatus(change.old["status"]["S"])
