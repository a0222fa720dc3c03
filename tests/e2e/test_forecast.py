"""The forecast: fetched by the night's task, answered by day, whatever the provider does."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import aws, function_name, run_tool
from tests.e2e.failure_chains import failed_run
from tests.waiting import eventually

NIGHT = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def forecast(config: dict[str, Any]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=config["apis"]["forecast"]) as client:
        yield client


def run_the_nightly_task(platform: dict[str, Any], at: datetime) -> str:
    """Invoke the function as the schedule does, and return the run's id."""
    run = f"run-{at.isoformat()}"
    aws(platform, "lambda").invoke(
        FunctionName=function_name(platform, "Local-Forecast", "FetchForecast"),
        InvocationType="Event",
        Payload=json.dumps({"id": run, "time": at.isoformat()}),
    )
    return run


def nightly_schedule(platform: dict[str, Any]) -> dict[str, Any]:
    scheduler = aws(platform, "scheduler")
    pages = scheduler.get_paginator("list_schedules").paginate()
    found = [each for page in pages for each in page["Schedules"]]
    task = function_name(platform, "Local-Forecast", "FetchForecast")
    (own,) = (each for each in found if each["Target"]["Arn"].endswith(f":function:{task}"))
    schedule: dict[str, Any] = scheduler.get_schedule(Name=own["Name"], GroupName=own["GroupName"])
    return schedule


def test_the_task_runs_at_two_in_london_within_a_window(platform: dict[str, Any]) -> None:
    schedule = nightly_schedule(platform)

    assert schedule["ScheduleExpression"] == "cron(0 2 * * ? *)"
    assert schedule["ScheduleExpressionTimezone"] == "Europe/London"
    assert schedule["FlexibleTimeWindow"]["Mode"] == "FLEXIBLE"
    assert schedule["Target"]["DeadLetterConfig"]["Arn"]


def test_the_task_understands_what_its_schedule_tells_it(
    platform: dict[str, Any], forecast: httpx.Client
) -> None:
    night = NIGHT - timedelta(days=1)

    aws(platform, "scheduler").create_schedule(
        Name=f"once-{uuid.uuid4().hex}",
        ScheduleExpression=f"at({night:%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow={"Mode": "OFF"},
        ActionAfterCompletion="DELETE",
        Target=nightly_schedule(platform)["Target"],
    )

    day = {"date": str(NIGHT.date())}
    eventually(lambda: forecast.get("/forecast", params=day).status_code == 200)


def test_what_the_night_fetched_is_answered_by_day(
    platform: dict[str, Any], forecast: httpx.Client
) -> None:
    day = (NIGHT + timedelta(days=1)).date()
    assert forecast.get("/forecast", params={"date": str(day)}).status_code == 404

    began = time.time()
    run_the_nightly_task(platform, NIGHT)

    eventually(lambda: forecast.get("/forecast", params={"date": str(day)}).status_code == 200)
    answer = forecast.get("/forecast", params={"date": str(day)}).json()
    assert answer["date"] == str(day)
    assert 0 <= answer["ageSeconds"] <= time.time() - began
    assert len(answer["regions"]) >= 2
    for region in answer["regions"]:
        assert len(region["hours"]) == 24


@pytest.mark.parametrize("mode", ["down", "nonsense"])
def test_a_bad_night_waits_in_the_chain_and_the_last_good_forecast_still_answers(
    platform: dict[str, Any],
    forecast: httpx.Client,
    control: Callable[..., None],
    mode: str,
) -> None:
    night = NIGHT + timedelta(days=10 if mode == "down" else 20)
    day = {"date": str((night + timedelta(days=1)).date())}
    run_the_nightly_task(platform, night)
    eventually(lambda: forecast.get("/forecast", params=day).status_code == 200)
    good = forecast.get("/forecast", params=day).json()

    control(weather={"mode": mode})
    run = run_the_nightly_task(platform, night)

    eventually(lambda: failed_run(platform, "forecast", run))
    still = forecast.get("/forecast", params=day).json()
    assert still["fetchedAt"] == good["fetchedAt"]
    assert still["ageSeconds"] >= good["ageSeconds"]

    control(weather={"mode": "ok"})
    redriven = run_tool(platform, "failures", "redrive", "forecast")
    assert redriven.returncode == 0, redriven.stdout + redriven.stderr
    assert forecast.get("/forecast", params=day).json()["fetchedAt"] > good["fetchedAt"]
