"""DELETE /campaigns/{campaignId}: what has not been sent is not sent any more."""

from collections.abc import Callable
from datetime import UTC, datetime

from blockwork.runtime.http import Request, Response, http_handler
from campaigns.adapters.campaign_table import CampaignTable
from campaigns.adapters.doorbell import CallbackDoorbell
from campaigns.domain.campaigns import (
    CampaignOverError,
    Campaigns,
    Doorbell,
    UnknownCampaignError,
    cancel,
)
from campaigns.handlers.campaign_json import CampaignView, view
from campaigns.handlers.running import runner_of


def cancel_campaign(
    request: Request,
    *,
    campaigns: Campaigns,
    doorbell: Doorbell,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Response[CampaignView]:
    """Answer 202 with the campaign: it becomes CANCELLED as soon as nobody is mailed any more."""
    runner_of(request)
    campaign_id = request.path_id("campaignId")
    campaign = cancel(campaign_id, now=now(), campaigns=campaigns, doorbell=doorbell)
    return Response(status=202, body=view(campaign))


handler = http_handler(
    cancel_campaign,
    errors={UnknownCampaignError: 404, CampaignOverError: 409},
    campaigns=CampaignTable.from_environment,
    doorbell=CallbackDoorbell.from_environment,
)
