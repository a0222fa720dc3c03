"""GET /forecast?date=YYYY-MM-DD: the weather of a day, for everybody."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, TypedDict

from msgspec import Meta

from blockwork.runtime.http import Request, Response, http_handler
from blockwork.runtime.views import Timestamp, timestamp
from forecast.adapters.forecast_table import ForecastTable
from forecast.domain.forecast import Forecast, Forecasts, UnknownForecastError


class HourView(TypedDict):
    """The weather of one hour."""

    time: Timestamp
    temperatureC: float
    windSpeedKmh: float
    solarWm2: float


class RegionView(TypedDict):
    """The weather of a day in one region."""

    region: str
    hours: list[HourView]


class ForecastView(TypedDict):
    """The weather of a day of London's calendar."""

    date: Annotated[str, Meta(extra_json_schema={"format": "date"})]
    fetchedAt: Timestamp
    ageSeconds: int
    regions: list[RegionView]


def get_forecast(
    request: Request,
    *,
    forecasts: Forecasts,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Response[ForecastView]:
    """Answer 200 with the forecast that was fetched last, and its age."""
    return Response.ok(view(forecasts.get(request.query_day("date")), now=now()))


def view(forecast: Forecast, *, now: datetime) -> ForecastView:
    """Return a forecast as the API shows it."""
    return {
        "date": forecast.day.isoformat(),
        "fetchedAt": timestamp(forecast.fetched_at),
        "ageSeconds": forecast.age_seconds(now),
        "regions": [
            {
                "region": region.region,
                "hours": [
                    {
                        "time": timestamp(hour.time),
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


handler = http_handler(
    get_forecast, errors={UnknownForecastError: 404}, forecasts=ForecastTable.from_environment
)
