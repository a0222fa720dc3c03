from datetime import UTC, date, datetime, timedelta

import pytest
from forecast.domain.forecast import WeatherUnavailableError, day_ahead
from forecast.domain.regions import REGIONS
from forecast.handlers.fetch_forecast import fetch_forecast
from shared.events import ForecastStored

from tests.unit.blockwork.runtime.fakes import PublishedEvents
from tests.unit.lambda_src.forecast.fakes import (
    DAY,
    FETCHED,
    FakeWeather,
    InMemoryForecasts,
    forecast,
)

AT_TWO = datetime(2026, 3, 1, 2, tzinfo=UTC)


def run(weather: FakeWeather, forecasts: InMemoryForecasts, events: PublishedEvents) -> None:
    fetch_forecast(AT_TWO, weather=weather, forecasts=forecasts, events=events, now=lambda: FETCHED)


def test_the_forecast_of_the_next_day_is_stored_for_every_region_and_told() -> None:
    forecasts, events = InMemoryForecasts(), PublishedEvents()

    run(FakeWeather(), forecasts, events)

    stored = forecasts.get(DAY)
    assert stored.fetched_at == FETCHED
    assert [region.region for region in stored.regions] == [region.name for region in REGIONS]
    assert {len(region.hours) for region in stored.regions} == {24}
    assert stored.regions[0].hours[0].temperature_c == REGIONS[0].latitude
    assert [envelope.data for envelope in events.published] == [
        ForecastStored(date=DAY, regions=tuple(region.name for region in REGIONS))
    ]


def test_where_one_region_fails_nothing_is_told_and_the_last_good_forecast_stays() -> None:
    good = forecast(fetched_at=FETCHED - timedelta(days=1))
    forecasts, events = InMemoryForecasts(good), PublishedEvents()

    with pytest.raises(WeatherUnavailableError, match="no weather for Yorkshire"):
        run(FakeWeather(unknown="Yorkshire"), forecasts, events)

    assert forecasts.get(DAY) == good
    assert events.published == []


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 1, 10, 2, tzinfo=UTC), date(2026, 1, 11)),
        (datetime(2026, 7, 10, 1, tzinfo=UTC), date(2026, 7, 11)),
        (datetime(2026, 7, 10, 22, 59, tzinfo=UTC), date(2026, 7, 11)),
        (datetime(2026, 7, 10, 23, tzinfo=UTC), date(2026, 7, 12)),
        (datetime(2026, 12, 31, 2, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_the_next_day_is_that_of_london(moment: datetime, day: date) -> None:
    assert day_ahead(moment) == day
