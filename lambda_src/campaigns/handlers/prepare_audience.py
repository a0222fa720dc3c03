"""Freezes some more of the audience of a campaign; the workflow asks until it is done."""

from collections.abc import Callable
from datetime import UTC, datetime

from campaigns.adapters.audience import SubscriberFunctions
from campaigns.adapters.campaign_table import CampaignTable
from campaigns.domain.campaigns import Campaigns
from campaigns.domain.outside import Audience
from campaigns.domain.sending import prepare
from campaigns.handlers.step import Step, step_handler


def prepare_audience(
    step: Step,
    *,
    campaigns: Campaigns,
    audience: Audience,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> dict[str, object]:
    """Say whether all is frozen, whether the campaign is to stop, and which batches there are."""
    prepared = prepare(step.campaign_id, now=now(), campaigns=campaigns, audience=audience)
    return {
        "done": prepared.done,
        "cancelled": prepared.cancelled,
        "batches": list(prepared.batches),
    }


handler = step_handler(
    Step,
    prepare_audience,
    campaigns=CampaignTable.from_environment,
    audience=SubscriberFunctions.from_environment,
)
