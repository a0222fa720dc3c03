"""Keeps what has become of one batch, as the provider reports it."""

from campaigns.adapters.campaign_table import CampaignTable
from campaigns.adapters.provider_api import ProviderApi
from campaigns.domain.campaign import CampaignStatus
from campaigns.domain.campaigns import Campaigns
from campaigns.domain.outside import Provider
from campaigns.domain.sending import account
from campaigns.handlers.step import Step, step_handler


class AccountStep(Step, frozen=True):
    """Which batch, and how the campaign ends."""

    batch: int
    ending: CampaignStatus


def account_for_batch(step: AccountStep, *, campaigns: Campaigns, provider: Provider) -> None:
    """Keep it; the same again changes nothing."""
    account(
        step.campaign_id, step.batch, ending=step.ending, campaigns=campaigns, provider=provider
    )


handler = step_handler(
    AccountStep,
    account_for_batch,
    campaigns=CampaignTable.from_environment,
    provider=ProviderApi.from_environment,
)
