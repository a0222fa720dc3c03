"""What the forecast says of a day, whatever was fetched."""

from datetime import UTC, date, datetime, timedelta

import httpx
import pytest


@pytest.mark.parametrize("query", ["", "date=tomorrow", "date=2026-02-30", "date=20260601"])
def test_a_day_that_cannot_be_is_refused(forecast: httpx.Client, query: str) -> None:
    answer = forecast.get(f"/forecast?{query}")

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_day_that_is_not_there_is_a_problem(forecast: httpx.Client) -> None:
    assert forecast.get("/forecast", params={"date": str(date(1999, 1, 1))}).status_code == 404


def test_tomorrow_is_told_by_the_hour_once_a_night_has_fetched_it(forecast: httpx.Client) -> None:
    tomorrow = str(datetime.now(UTC).date() + timedelta(days=1))
    answer = forecast.get("/forecast", params={"date": tomorrow})

    if answer.status_code == 404:  # of a stage that was not there last night
        assert tomorrow in answer.json()["detail"]
        return
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["date"] == tomorrow
    assert told["ageSeconds"] >= 0
    assert {len(region["hours"]) for region in told["regions"]} == {24}
