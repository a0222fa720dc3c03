"""Lets the provider mail a campaign, or go on after it has failed."""

from campaigns.adapters.campaign_table import CampaignTable
from campaigns.adapters.provider_api import ProviderApi
from campaigns.domain.campaigns import Campaigns
from campaigns.domain.outside import Provider
from campaigns.domain.sending import send
from campaigns.handlers.step import Step, step_handler


def send_campaign(step: Step, *, campaigns: Campaigns, provider: Provider) -> dict[str, object]:
    """Say whether it is pending, or cancelled."""
    status = send(step.campaign_id, campaigns=campaigns, provider=provider)
    return {"status": str(status), "sequence": 0}


handler = step_handler(
    Step,
    send_campaign,
    campaigns=CampaignTable.from_environment,
    provider=ProviderApi.from_environment,
)
