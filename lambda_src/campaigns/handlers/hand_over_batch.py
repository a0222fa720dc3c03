"""Gives one batch to the provider, without those who have left by now."""

from campaigns.adapters.audience import SubscriberFunctions
from campaigns.adapters.campaign_table import CampaignTable
from campaigns.adapters.provider_api import ProviderApi
from campaigns.domain.campaigns import Campaigns
from campaigns.domain.outside import Audience, Provider
from campaigns.domain.sending import hand_over
from campaigns.handlers.step import Step, step_handler


class BatchStep(Step, frozen=True):
    """Which batch."""

    batch: int


def hand_over_batch(
    step: BatchStep, *, campaigns: Campaigns, audience: Audience, provider: Provider
) -> None:
    """Give it, once."""
    hand_over(
        step.campaign_id, step.batch, campaigns=campaigns, audience=audience, provider=provider
    )


handler = step_handler(
    BatchStep,
    hand_over_batch,
    campaigns=CampaignTable.from_environment,
    audience=SubscriberFunctions.from_environment,
    provider=ProviderApi.from_environment,
)
