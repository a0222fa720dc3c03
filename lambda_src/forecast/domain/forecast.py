"""What the weather of a day will be, hour by hour and region by region."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from forecast.domain.regions import Region

LONDON = ZoneInfo("Europe/London")


class WeatherUnavailableError(Exception):
    """The weather provider gave no usable answer, however often it was asked."""


class UnknownForecastError(Exception):
    """Somebody asked for a day of which there is no forecast."""

    def __init__(self, day: date) -> None:
        super().__init__(
            f"there is no forecast for {day}: each comes in the night before its day,"
            " between 02:00 and 02:15 in London"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """The weather of one hour.

    :param time: when the hour begins, in UTC.
    :param solar_wm2: what the sun brings to the ground, in watts a square metre.
    """

    time: datetime
    temperature_c: float
    wind_speed_kmh: float
    solar_wm2: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionForecast:
    """The weather of a day in one region."""

    region: str
    hours: tuple[Hour, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """The weather of a day.

    :param day: a day of London's calendar.
    :param fetched_at: when the provider said so, in UTC.
    """

    day: date
    fetched_at: datetime
    regions: tuple[RegionForecast, ...]

    def age_seconds(self, now: datetime) -> int:
        """Return how old the forecast is."""
        return max(0, int((now - self.fetched_at).total_seconds()))


class Weather(Protocol):
    """Who knows the weather: a provider in production, a dict in unit tests."""

    def hours(self, region: Region, day: date) -> tuple[Hour, ...]:
        """Return every hour of a day of London's calendar.

        :raises WeatherUnavailableError: after several tries.
        """


class Forecasts(Protocol):
    """Where forecasts are kept: the table in production, a dict in unit tests."""

    def put(self, forecast: Forecast) -> None:
        """Keep the forecast of a day instead of the one there was."""

    def get(self, day: date) -> Forecast:
        """Return the forecast of a day.

        :raises UnknownForecastError: if there is none.
        """


def day_ahead(moment: datetime) -> date:
    """Return the day after the one that a moment is in, in London."""
    return moment.astimezone(LONDON).date() + timedelta(days=1)


def fetch_day(
    day: date,
    regions: Sequence[Region],
    *,
    now: datetime,
    weather: Weather,
    forecasts: Forecasts,
) -> Forecast:
    """Fetch the forecast of a day and keep it, all regions or nothing.

    :raises WeatherUnavailableError: if the provider fails; what was kept before stays.
    """
    forecast = Forecast(
        day=day,
        fetched_at=now,
        regions=tuple(
            RegionForecast(region=region.name, hours=weather.hours(region, day))
            for region in regions
        ),
    )
    forecasts.put(forecast)
    return forecast
