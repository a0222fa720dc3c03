"""POST /campaigns: somebody who may begins a campaign."""

from collections.abc import Callable
from datetime import UTC, datetime

from blockwork.runtime.bodies import read_body
from blockwork.runtime.http import Request, Response, http_handler
from blockwork.runtime.idempotency_keys import idempotency_key
from blockwork.runtime.observability import current_correlation_id
from campaigns.adapters.campaign_table import CampaignTable
from campaigns.domain.campaign import new_campaign_id
from campaigns.domain.campaigns import Campaigns, KeyReusedError, start
from campaigns.handlers.campaign_json import BegunCampaign, CampaignBody
from campaigns.handlers.running import runner_of


def create_campaign(
    request: Request,
    *,
    campaigns: Campaigns,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Response[BegunCampaign]:
    """Answer 202 with the campaign's id: the same one to every request with the same key."""
    user = runner_of(request)
    key = idempotency_key(request)
    body = read_body(request, CampaignBody)
    moment = now()
    campaign = start(
        body.subject,
        body.text,
        user_id=user.user_id,
        key=key,
        campaign_id=new_campaign_id(moment),
        correlation_id=current_correlation_id(),
        now=moment,
        campaigns=campaigns,
    )
    return Response(
        status=202,
        body={"campaignId": campaign.campaign_id, "status": campaign.status},
        headers={"location": f"./campaigns/{campaign.campaign_id}"},
    )


handler = http_handler(
    create_campaign, errors={KeyReusedError: 422}, campaigns=CampaignTable.from_environment
)
