"""At 02:00 in London: fetches the weather of the next day."""

from collections.abc import Callable
from datetime import UTC, datetime

from shared.events import ForecastStored

from blockwork.runtime.envelope import Envelope
from blockwork.runtime.event_publisher import EventPublisher, Events
from blockwork.runtime.observability import current_correlation_id
from blockwork.runtime.scheduling import scheduled_handler
from forecast.adapters.forecast_table import ForecastTable
from forecast.adapters.weather_api import WeatherApi
from forecast.domain.forecast import Forecasts, Weather, day_ahead, fetch_day
from forecast.domain.regions import REGIONS


def fetch_forecast(
    run_at: datetime,
    *,
    weather: Weather,
    forecasts: Forecasts,
    events: Events,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Store the forecast of the day after the run, and say so."""
    forecast = fetch_day(
        day_ahead(run_at), REGIONS, now=now(), weather=weather, forecasts=forecasts
    )
    stored = ForecastStored(
        date=forecast.day, regions=tuple(region.region for region in forecast.regions)
    )
    events.publish(Envelope.of(stored, correlation_id=current_correlation_id()))


handler = scheduled_handler(
    fetch_forecast,
    weather=WeatherApi.from_environment,
    forecasts=ForecastTable.from_environment,
    events=EventPublisher.from_environment,
)
