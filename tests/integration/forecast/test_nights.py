"""The functions as Lambda calls them: a good night, then one on which the provider is down."""

from datetime import date
from typing import Any

import boto3
import pytest
from forecast.domain.forecast import WeatherUnavailableError
from forecast.domain.regions import REGIONS
from forecast.handlers.fetch_forecast import handler as fetch
from forecast.handlers.get_forecast import handler as get

from tests.integration.forecast.conftest import WeatherServer, encoded, open_meteo
from tests.unit.lambda_src.events import CONTEXT, body_of, event


def run_of(day: str) -> dict[str, Any]:
    return {"id": f"run-{day}", "source": "aws.scheduler", "time": f"{day}T02:00:00Z"}


def answer(day: str) -> dict[str, Any]:
    return get(event(query={"date": day}), CONTEXT)


def test_a_bad_night_leaves_the_forecast_of_the_good_one(
    aws: pytest.MonkeyPatch, provider: WeatherServer
) -> None:
    aws.setenv("WEATHER_URL", provider.url)
    archive = boto3.client("events").create_archive(
        ArchiveName="all", EventSourceArn="arn:aws:events:eu-west-2:123456789012:event-bus/platform"
    )
    assert archive["State"] == "ENABLED"

    provider.say((200, encoded(open_meteo(date(2026, 3, 2)))))
    fetch(run_of("2026-03-01"), CONTEXT)
    good = answer("2026-03-02")
    assert good["statusCode"] == 200
    assert [region["region"] for region in body_of(good)["regions"]] == [
        region.name for region in REGIONS
    ]
    assert boto3.client("events").describe_archive(ArchiveName="all")["EventCount"] == 1

    provider.say((503, b"down"))
    with pytest.raises(WeatherUnavailableError, match="no weather for East Anglia on 2026-03-03"):
        fetch(run_of("2026-03-02"), CONTEXT)

    missing = answer("2026-03-03")
    assert missing["statusCode"] == 404
    assert "there is no forecast for 2026-03-03" in body_of(missing)["detail"]
    still = body_of(answer("2026-03-02"))
    assert still["ageSeconds"] >= 3
    assert still == body_of(good) | {"ageSeconds": still["ageSeconds"]}
    assert boto3.client("events").describe_archive(ArchiveName="all")["EventCount"] == 1
