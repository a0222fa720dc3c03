"""GET /forecast?date=YYYY-MM-DD: the weather of a day, for everybody."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

from blockwork.runtime.http import Request, Response, http_handler
from blockwork.runtime.problems import ProblemError
from forecast.adapters.forecast_table import ForecastTable
from forecast.domain.forecast import Forecast, Forecasts, UnknownForecastError

# Python reads further forms of ISO 8601, such as 2026-W09-7, which the API does not promise.
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def get_forecast(
    request: Request,
    *,
    forecasts: Forecasts,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Response:
    """Answer 200 with the forecast that was fetched last, and its age."""
    return Response.ok(view(forecasts.get(_date(request)), now=now()))


def _date(request: Request) -> date:
    given = request.query.get("date", "")
    try:
        if not DATE.fullmatch(given):
            raise ValueError("not a date")
        return date.fromisoformat(given)
    except ValueError as error:
        raise ProblemError(
            400, f"date must be a day such as 2026-03-01, got {given[:40]!r}"
        ) from error


def view(forecast: Forecast, *, now: datetime) -> dict[str, object]:
    """Return a forecast as the API shows it."""
    return {
        "date": forecast.day.isoformat(),
        "fetchedAt": _iso(forecast.fetched_at),
        "ageSeconds": forecast.age_seconds(now),
        "regions": [
            {
                "region": region.region,
                "hours": [
                    {
                        "time": _iso(hour.time),
                        "temperatureC": hour.temperature_c,
                        "windSpeedKmh": hour.wind_speed_kmh,
                        "solarWm2": hour.solar_wm2,
                    }
                    for hour in region.hours
                ],
            }
            for region in forecast.regions
        ],
    }


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


handler = http_handler(
    get_forecast, errors={UnknownForecastError: 404}, forecasts=ForecastTable.from_environment
)
