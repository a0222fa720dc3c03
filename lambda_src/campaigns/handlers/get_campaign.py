"""GET /campaigns/{campaignId}: one campaign, with numbers that are true at every moment."""

from blockwork.runtime.http import Request, Response, http_handler
from campaigns.adapters.campaign_table import CampaignTable
from campaigns.domain.campaigns import Campaigns, UnknownCampaignError
from campaigns.handlers.campaign_json import CampaignView, view
from campaigns.handlers.running import runner_of


def get_campaign(request: Request, *, campaigns: Campaigns) -> Response[CampaignView]:
    """Answer 200 with the campaign."""
    runner_of(request)
    return Response.ok(view(campaigns.get(request.path_id("campaignId"))))


handler = http_handler(
    get_campaign,
    errors={UnknownCampaignError: 404},
    campaigns=CampaignTable.from_environment,
)
