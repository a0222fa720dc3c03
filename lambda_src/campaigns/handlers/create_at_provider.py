"""Makes the campaign at the provider."""

from campaigns.adapters.campaign_table import CampaignTable
from campaigns.adapters.provider_api import ProviderApi
from campaigns.domain.campaigns import Campaigns
from campaigns.domain.outside import Provider
from campaigns.domain.sending import create
from campaigns.handlers.step import Step, step_handler


def create_at_provider(step: Step, *, campaigns: Campaigns, provider: Provider) -> None:
    """Make it, once."""
    create(step.campaign_id, campaigns=campaigns, provider=provider)


handler = step_handler(
    Step,
    create_at_provider,
    campaigns=CampaignTable.from_environment,
    provider=ProviderApi.from_environment,
)
