"""Sees to it that nobody is mailed any more, whatever a campaign's end is."""

from collections.abc import Callable
from datetime import UTC, datetime

from campaigns.adapters.campaign_table import CampaignTable
from campaigns.adapters.provider_api import ProviderApi
from campaigns.domain.campaign import CampaignStatus
from campaigns.domain.campaigns import Campaigns
from campaigns.domain.outside import Provider
from campaigns.domain.sending import close
from campaigns.handlers.step import Step, step_handler


class CloseStep(Step, frozen=True):
    """How it is to end."""

    ending: CampaignStatus


def close_campaign(
    step: CloseStep,
    *,
    campaigns: Campaigns,
    provider: Provider,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> dict[str, object]:
    """Say how it really ends, and which batches there are to account for."""
    ending, batches = close(
        step.campaign_id, ending=step.ending, now=now(), campaigns=campaigns, provider=provider
    )
    return {"ending": str(ending), "batches": list(batches)}


handler = step_handler(
    CloseStep,
    close_campaign,
    campaigns=CampaignTable.from_environment,
    provider=ProviderApi.from_environment,
)
