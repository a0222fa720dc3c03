"""GET /meters: a user's own meters."""

from typing import NotRequired, TypedDict

from shared.users import user_of

from blockwork.runtime.envelope import Id
from blockwork.runtime.http import Request, Response, http_handler
from blockwork.runtime.paging import next_token, read_page_query
from blockwork.runtime.signing import SecretSigner, Signer
from readings.adapters.meter_table import MeterTable
from readings.domain.registry import Meters

LIST = "meters"


class MeterView(TypedDict):
    """A meter of the user's own."""

    meterId: Id


class MeterPageView(TypedDict):
    """Some of the user's meters."""

    meters: list[MeterView]
    nextToken: NotRequired[str]


def list_meters(request: Request, *, meters: Meters, signer: Signer) -> Response[MeterPageView]:
    """Answer 200 with one page of meters, and the token of the next if there is one."""
    user = user_of(request)
    query = read_page_query(request, of=LIST, signer=signer)
    page = meters.page(user.user_id, limit=query.limit, after=query.after)
    body: MeterPageView = {"meters": [{"meterId": each} for each in page.meter_ids]}
    if page.last_id is not None:
        body["nextToken"] = next_token(request, of=LIST, signer=signer, last=page.last_id)
    return Response.ok(body)


handler = http_handler(
    list_meters, meters=MeterTable.from_environment, signer=SecretSigner.from_environment
)
