"""GET /campaigns: all campaigns, newest first."""

from typing import NotRequired, TypedDict

from blockwork.runtime.http import Request, Response, http_handler
from blockwork.runtime.paging import next_token, read_page_query
from blockwork.runtime.signing import SecretSigner, Signer
from campaigns.adapters.campaign_table import CampaignTable
from campaigns.domain.campaigns import Campaigns
from campaigns.handlers.campaign_json import CampaignEntry, entry
from campaigns.handlers.running import runner_of

LIST = "campaigns"


class CampaignPage(TypedDict):
    """Some of the campaigns."""

    campaigns: list[CampaignEntry]
    nextToken: NotRequired[str]


def list_campaigns(
    request: Request, *, campaigns: Campaigns, signer: Signer
) -> Response[CampaignPage]:
    """Answer 200 with one page of campaigns, and the token of the next if there is one."""
    runner_of(request)
    query = read_page_query(request, of=LIST, signer=signer)
    page = campaigns.page(limit=query.limit, after=query.after)
    body: CampaignPage = {"campaigns": [entry(campaign) for campaign in page.campaigns]}
    if page.last_id is not None:
        body["nextToken"] = next_token(request, of=LIST, signer=signer, last=page.last_id)
    return Response.ok(body)


handler = http_handler(
    list_campaigns,
    campaigns=CampaignTable.from_environment,
    signer=SecretSigner.from_environment,
)
