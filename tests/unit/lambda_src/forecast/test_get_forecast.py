import json
from datetime import timedelta
from typing import Any

import pytest
from forecast.domain.forecast import UnknownForecastError
from forecast.handlers.get_forecast import get_forecast

from blockwork.runtime.http import Request
from blockwork.runtime.problems import ProblemError
from tests.unit.lambda_src.forecast.fakes import FETCHED, InMemoryForecasts, forecast


def answer(date: str, *, age: timedelta = timedelta(hours=3)) -> dict[str, Any]:
    response = get_forecast(
        Request(query={"date": date}),
        forecasts=InMemoryForecasts(forecast()),
        now=lambda: FETCHED + age,
    )
    assert response.status == 200
    body: dict[str, Any] = json.loads(response.to_event("c")["body"])
    return body


def test_a_forecast_is_shown_region_by_region_and_hour_by_hour() -> None:
    body = answer("2026-03-02")

    assert body["date"] == "2026-03-02"
    assert body["fetchedAt"] == "2026-03-01T02:03:00.000Z"
    assert [region["region"] for region in body["regions"]] == ["London", "Wales"]
    assert [len(region["hours"]) for region in body["regions"]] == [24, 24]
    assert body["regions"][0]["hours"][1] == {
        "time": "2026-03-02T01:00:00.000Z",
        "temperatureC": 8.5,
        "windSpeedKmh": 12.0,
        "solarWm2": 0.0,
    }


@pytest.mark.parametrize(
    ("age", "seconds"),
    [(timedelta(seconds=90.9), 90), (timedelta(days=3), 259_200), (timedelta(seconds=-1), 0)],
)
def test_a_forecast_says_how_old_it_is(age: timedelta, seconds: int) -> None:
    assert answer("2026-03-02", age=age)["ageSeconds"] == seconds


def test_a_day_without_forecast_is_reported() -> None:
    with pytest.raises(UnknownForecastError, match="there is no forecast for 2026-03-03"):
        answer("2026-03-03")


@pytest.mark.parametrize(
    "date", ["", "tomorrow", "2026-02-30", "20260302", "2026-W10-1", "2026-3-2", "٢٠٢٦-٠٣-٠٢"]
)
def test_what_is_no_date_answers_400(date: str) -> None:
    with pytest.raises(ProblemError, match="date must be a day such as 2026-03-01") as problem:
        answer(date)

    assert problem.value.status == 400


def test_a_missing_date_answers_400() -> None:
    with pytest.raises(ProblemError, match="date must be"):
        get_forecast(Request(), forecasts=InMemoryForecasts())
