"""Tomorrow's weather on the first page, and what it means for who has a solar tariff."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import httpx
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import Visit, Visitor
from tests.e2e.failure_chains import failed_run, redrive_all
from tests.e2e.test_forecast import run_the_nightly_task
from tests.waiting import eventually

NIGHT = datetime(2031, 7, 1, 1, 0, tzinfo=UTC)
FORECAST = re.compile(r"/forecast\?date=")
PER_HOUR = {"good": 600.0, "middling": 250.0, "poor": 100.0}
"""Watts a square metre in each of ten hours."""


@pytest.fixture
def weather(platform: dict[str, Any]) -> Iterator[Any]:
    """Return what tells the weather's provider to misbehave, until the test is over."""

    def tell(mode: str) -> None:
        behaviour = {"weather": {"mode": mode}}
        httpx.put(f"{platform['providersUrl']}/control", json=behaviour).raise_for_status()

    yield tell
    tell("ok")


def a_region(name: str, watts: float) -> dict[str, Any]:
    midnight = NIGHT.replace(hour=0) + timedelta(hours=23)  # in London
    return {
        "region": name,
        "hours": [
            {
                "time": (midnight + timedelta(hours=hour)).isoformat().replace("+00:00", "Z"),
                "temperatureC": 10.0 + hour / 4,
                "windSpeedKmh": 12.0,
                "solarWm2": watts * (1 if 8 <= hour < 18 else 0) + (1 if 11 <= hour < 15 else 0),
            }
            for hour in range(24)
        ],
    }


def answering(page: Page, platform: dict[str, Any], *regions: dict[str, Any]) -> None:
    forecast = {
        "date": "2031-07-02",
        "fetchedAt": "2031-07-01T01:00:00.000Z",
        "ageSeconds": 60,
        "regions": regions,
    }
    headers = {"access-control-allow-origin": platform["siteUrl"]}
    page.route(FORECAST, lambda route: route.fulfill(json=forecast, headers=headers))


def the_card(visitor: Visitor, path: str = "/") -> Locator:
    """Open the first page on the day after NIGHT, and go down to the card."""
    visitor.page.clock.set_fixed_time(NIGHT + timedelta(hours=11))
    visitor.open(path)
    card = visitor.page.get_by_role("region", name="The sun tomorrow")
    scroll_to(visitor.page)
    return card


def scroll_to(page: Page) -> None:
    page.locator(".sun").scroll_into_view_if_needed()


def test_a_night_without_weather_is_told_and_the_next_forecast_shown_in_words(
    visit: Visit, platform: dict[str, Any], weather: Any
) -> None:
    weather("down")
    run = run_the_nightly_task(platform, NIGHT)
    eventually(lambda: failed_run(platform, "forecast", run))
    visitor = visit()
    card = the_card(visitor)
    expect(card).to_contain_text("The forecast for Wednesday 2 July is not there yet")
    assert visitor.accessibility_findings() == []

    weather("ok")
    redrive_all(platform, "forecast")
    visitor.page.reload()
    scroll_to(visitor.page)

    expect(card.get_by_role("status")).to_contain_text("day for solar")
    config = httpx.get(platform["configUrl"]).json()
    url = f"{config['apis']['forecast']}/forecast"
    told = httpx.get(url, params={"date": "2031-07-02"}).json()
    regions = {each["region"]: each["hours"] for each in told["regions"]}
    choice = card.get_by_label("Region")
    assert card.get_by_role("option").all_inner_texts() == list(regions)
    choice.select_option("Wales")
    energy = sum(hour["solarWm2"] for hour in regions["Wales"]) / 1000
    expect(card).to_contain_text(re.compile(rf"square metre\s*{energy:.1f} kWh"))
    verdict = "good" if energy >= 4 else "poor" if energy < 1.5 else "middling"
    expect(card.get_by_role("status")).to_contain_text(f"A {verdict} day for solar")
    visitor.page.reload()
    scroll_to(visitor.page)
    expect(choice).to_have_value("Wales")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("verdict", PER_HOUR)
def test_each_day_has_its_words_and_no_accessibility_finding(
    visit: Visit, platform: dict[str, Any], verdict: str, scheme: Literal["light", "dark"]
) -> None:
    visitor = visit(width=320, height=640, scheme=scheme)
    answering(visitor.page, platform, a_region("Fens", PER_HOUR[verdict]))

    card = the_card(visitor)

    status = card.get_by_role("status")
    expect(status).to_contain_text(f"A {verdict} day for solar")
    if verdict == "poor":
        expect(status).to_contain_text("expect little")
    else:
        expect(status).to_contain_text("best run between 11:00 and 15:00")
    expect(card).to_contain_text(re.compile(r"Temperature\s*10 to 16 °C"))
    expect(card.get_by_label("Region")).to_have_count(0)
    assert visitor.accessibility_findings() == []
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_what_arrives_takes_the_place_kept_for_it(
    visit: Visit, platform: dict[str, Any], width: int
) -> None:
    visitor = visit(width=width)
    page = visitor.page
    held: list[Route] = []
    page.route(FORECAST, lambda route: held.append(route))
    card = the_card(visitor)
    expect(card.locator("[aria-busy]")).to_have_count(1)
    place = page.locator(".sun")
    kept = place.bounding_box()
    page.unroute(FORECAST)
    answering(page, platform, a_region("South West", 250), a_region("Wales", 100))

    page.reload()
    scroll_to(page)

    expect(card.get_by_role("status")).to_contain_text("day for solar")
    shown = place.bounding_box()
    assert kept
    assert shown
    assert (shown["width"], shown["height"]) == (kept["width"], kept["height"])


def test_an_api_that_is_down_is_said_quietly_and_asked_again_when_wanted(
    visit: Visit, platform: dict[str, Any]
) -> None:
    visitor = visit()
    page = visitor.page
    page.route(FORECAST, lambda route: route.abort())
    card = the_card(visitor)
    expect(card).to_contain_text("The forecast cannot be loaded at the moment.")
    expect(page.get_by_role("alert")).to_have_count(0)
    visitor.forgive("net::ERR_FAILED")
    assert page.locator(".card a").count() > 0
    page.unroute(FORECAST)
    answering(page, platform, a_region("Wales", 100))

    card.get_by_role("button", name="Try again").click()

    expect(card.get_by_role("status")).to_contain_text("A poor day for solar")


def test_nobody_asks_for_the_weather_before_somebody_gets_there(visit: Visit) -> None:
    visitor = visit(height=300)
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    visitor.open()
    visitor.page.locator(".card a").first.wait_for()
    visitor.page.locator(".sun").wait_for(state="attached")
    visitor.open_first_tariff()

    assert [url for url in asked if "forecast" in url] == []
