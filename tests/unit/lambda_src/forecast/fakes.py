"""What the forecast works with, kept in memory."""

from datetime import UTC, date, datetime, timedelta

from forecast.domain.forecast import (
    Forecast,
    Hour,
    RegionForecast,
    UnknownForecastError,
    WeatherUnavailableError,
)
from forecast.domain.regions import Region

DAY = date(2026, 3, 2)
FETCHED = datetime(2026, 3, 1, 2, 3, tzinfo=UTC)


def hours(day: date, *, temperature: float = 8.5) -> tuple[Hour, ...]:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return tuple(
        Hour(
            time=midnight + timedelta(hours=hour),
            temperature_c=temperature,
            wind_speed_kmh=12.0,
            solar_wm2=0.0,
        )
        for hour in range(24)
    )


def forecast(day: date = DAY, *, fetched_at: datetime = FETCHED) -> Forecast:
    return Forecast(
        day=day,
        fetched_at=fetched_at,
        regions=(
            RegionForecast(region="London", hours=hours(day)),
            RegionForecast(region="Wales", hours=hours(day, temperature=-1.0)),
        ),
    )


class FakeWeather:
    """The port `Weather`: the same everywhere, but for where it is not known."""

    def __init__(self, *, unknown: str = "") -> None:
        self.unknown = unknown

    def hours(self, region: Region, day: date) -> tuple[Hour, ...]:
        if region.name == self.unknown:
            raise WeatherUnavailableError(f"no weather for {region.name}")
        return hours(day, temperature=region.latitude)


class InMemoryForecasts:
    """The port `Forecasts`, in a dict."""

    def __init__(self, *forecasts: Forecast) -> None:
        self.by_day = {forecast.day: forecast for forecast in forecasts}

    def put(self, forecast: Forecast) -> None:
        self.by_day[forecast.day] = forecast

    def get(self, day: date) -> Forecast:
        if day not in self.by_day:
            raise UnknownForecastError(day)
        return self.by_day[day]
