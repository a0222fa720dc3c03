"""Adds up what has become of everybody, and gives a campaign its last status."""

from collections.abc import Callable
from datetime import UTC, datetime

from campaigns.adapters.campaign_table import CampaignTable
from campaigns.adapters.doorbell import CallbackDoorbell
from campaigns.domain.campaign import CampaignStatus
from campaigns.domain.campaigns import Campaigns, Doorbell
from campaigns.domain.sending import finish
from campaigns.handlers.step import Step, step_handler


class FinishStep(Step, frozen=True):
    """How it ends, and why it has failed if it has."""

    ending: CampaignStatus
    reason: str


def finish_campaign(
    step: FinishStep,
    *,
    campaigns: Campaigns,
    doorbell: Doorbell,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """End it, once."""
    finish(
        step.campaign_id,
        ending=step.ending,
        reason=step.reason,
        now=now(),
        campaigns=campaigns,
        doorbell=doorbell,
    )


handler = step_handler(
    FinishStep,
    finish_campaign,
    campaigns=CampaignTable.from_environment,
    doorbell=CallbackDoorbell.from_environment,
)
