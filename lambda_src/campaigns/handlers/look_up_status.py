"""Asks the provider how it stands with a campaign of which it has not called back."""

from campaigns.adapters.campaign_table import CampaignTable
from campaigns.adapters.provider_api import ProviderApi
from campaigns.domain.campaigns import Campaigns
from campaigns.domain.outside import Provider
from campaigns.domain.sending import look
from campaigns.handlers.step import Step, step_handler


def look_up_status(step: Step, *, campaigns: Campaigns, provider: Provider) -> dict[str, object]:
    """Say how it stands, as a callback would."""
    standing = look(step.campaign_id, campaigns=campaigns, provider=provider)
    return {"status": str(standing.status), "sequence": standing.sequence}


handler = step_handler(
    Step,
    look_up_status,
    campaigns=CampaignTable.from_environment,
    provider=ProviderApi.from_environment,
)
