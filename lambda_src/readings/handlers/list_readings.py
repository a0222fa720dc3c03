"""GET /meters/{meterId}/readings: what a meter has counted, as JSON or as CSV."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, NotRequired, TypedDict
from urllib.parse import urlencode

from msgspec import Meta
from shared.users import can, user_of

from blockwork.runtime.accepting import prefers
from blockwork.runtime.http import Request, Response, http_handler
from blockwork.runtime.paging import next_token, read_page_query
from blockwork.runtime.queries import query_moment, query_number
from blockwork.runtime.signing import SecretSigner, Signer
from blockwork.runtime.views import Timestamp, timestamp
from readings.adapters.meter_table import MeterTable
from readings.adapters.readings_table import ReadingsTable
from readings.domain.reading import VERSIONS, Reading
from readings.domain.registry import Meters, UnknownMeterError
from readings.domain.stored import Pages, find

LIST = "readings"
LARGEST_LIMIT = 20_000
"""More half hours than a year has; as JSON, less than a third of what Lambda may answer (6 MB)."""
CSV = "text/csv"
OLDEST, NEWEST = VERSIONS[0], VERSIONS[-1]
BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
END = datetime(9999, 12, 31, tzinfo=UTC)
KWH = r"^(0|[1-9][0-9]*)\.[0-9]{3}$(?!\n)"


class ReadingView(TypedDict):
    """The energy of one half hour, which begins at `readAt`."""

    readAt: Timestamp
    kwh: Annotated[str, Meta(extra_json_schema={"pattern": KWH})]
    version: Annotated[int, Meta(ge=OLDEST, le=NEWEST)]


class ReadingPageView(TypedDict):
    """Some of the meter's readings, by time."""

    readings: list[ReadingView]
    nextToken: NotRequired[str]


def list_readings(
    request: Request, *, meters: Meters, pages: Pages, signer: Signer
) -> Response[ReadingPageView] | Response[str]:
    """Answer 200 with one page of readings, and the token of the next if there is one.

    `from` is the first moment, `to` the one after the last; each half hour has its newest version
    unless one is asked for. `Accept: text/csv` gets lines `readAt,kwh,version`, and the address of
    the next page in `Link`.
    """
    user = user_of(request)
    meter_id = request.path_id("meterId")
    since, until = query_moment(request, "from"), query_moment(request, "to")
    version = query_number(request, "version", least=OLDEST, largest=NEWEST)
    query = read_page_query(request, of=LIST, signer=signer, largest=LARGEST_LIMIT)
    if meters.owner(meter_id) != user.user_id and not can(user, "read", f"meters/{meter_id}"):
        raise UnknownMeterError(meter_id)
    page = find(
        meter_id,
        since=since or BEGINNING,
        until=until or END,
        version=version,
        limit=query.limit,
        after=None if query.after is None else datetime.fromisoformat(query.after),
        pages=pages,
    )
    shown, token = page.readings, None
    if page.last is not None:
        last = page.last.isoformat()
        token = next_token(request, of=LIST, signer=signer, last=last)
    if prefers(CSV, request.headers.get("accept", "")):
        return Response(
            status=200,
            body=_csv(shown),
            content_type=CSV,
            headers={"vary": "accept", **_link(request, token)},
        )
    body: ReadingPageView = {"readings": [_view(each) for each in shown]}
    if token is not None:
        body["nextToken"] = token
    return Response(status=200, body=body, headers={"vary": "accept"})


def _view(reading: Reading) -> ReadingView:
    return {
        "readAt": timestamp(reading.read_at),
        "kwh": reading.kwh,
        "version": reading.version,
    }


def _csv(readings: Sequence[Reading]) -> str:
    lines = (
        f"{each.read_at.astimezone(UTC):%Y-%m-%dT%H:%MZ},{each.kwh},{each.version}\n"
        for each in readings
    )
    return "readAt,kwh,version\n" + "".join(lines)


def _link(request: Request, token: str | None) -> dict[str, str]:
    """Return the header that leads to the next page (RFC 8288)."""
    if token is None:
        return {}
    query = urlencode({**request.query, "nextToken": token})
    return {"link": f'<?{query}>; rel="next"'}


handler = http_handler(
    list_readings,
    errors={UnknownMeterError: 404},
    meters=MeterTable.from_environment,
    pages=ReadingsTable.from_environment,
    signer=SecretSigner.from_environment,
)
