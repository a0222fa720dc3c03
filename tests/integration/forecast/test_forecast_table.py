from datetime import date, timedelta

import pytest
from forecast.adapters.forecast_table import ForecastTable
from forecast.domain.forecast import UnknownForecastError

from tests.unit.lambda_src.forecast.fakes import DAY, FETCHED, forecast


@pytest.fixture
def table(aws: pytest.MonkeyPatch) -> ForecastTable:
    return ForecastTable.from_environment()


def test_a_forecast_comes_back_as_it_went_in(table: ForecastTable) -> None:
    table.put(forecast())

    assert table.get(DAY) == forecast()


def test_a_newer_forecast_of_a_day_takes_the_place_of_the_one_before(table: ForecastTable) -> None:
    newer = forecast(fetched_at=FETCHED + timedelta(hours=1))
    table.put(forecast())
    table.put(newer)

    assert table.get(DAY) == newer


def test_a_day_without_forecast_is_reported(table: ForecastTable) -> None:
    table.put(forecast())

    with pytest.raises(UnknownForecastError, match="there is no forecast for 2026-03-03"):
        table.get(date(2026, 3, 3))
