"""GET /audience: how many a campaign would reach that began now."""

from typing import TypedDict

from blockwork.runtime.http import Request, Response, http_handler
from campaigns.adapters.readership import SubscriberList
from campaigns.domain.outside import Readership
from campaigns.domain.reach import reach
from campaigns.domain.sending import MOST_RECIPIENTS
from campaigns.handlers.running import runner_of


class AudienceView(TypedDict):
    """How many want the newsletter, and how many a campaign may have."""

    recipients: int
    most: int


def get_audience(request: Request, *, readership: Readership) -> Response[AudienceView]:
    """Answer 200 with the number; where it is above `most`, they are that many or more."""
    runner_of(request)
    return Response.ok({"recipients": reach(readership), "most": MOST_RECIPIENTS})


handler = http_handler(get_audience, readership=SubscriberList.from_environment)
