from datetime import UTC, date, datetime

import pytest
import urllib3
from forecast.adapters.weather_api import WeatherApi
from forecast.domain.forecast import Hour, WeatherUnavailableError
from forecast.domain.regions import Region

from tests.integration.forecast.conftest import WeatherServer, encoded, open_meteo
from tests.waiting import PATIENCE, settled
from tools.providers.weather import forecast as local_weather

DAY = date(2026, 3, 2)
SUMMER_DAY = date(2026, 7, 2)
LONDON = Region("London", 51.51, -0.13)


def api(provider: WeatherServer, pauses: list[float] | None = None) -> WeatherApi:
    pause = [] if pauses is None else pauses
    return WeatherApi(provider.url, sleep=pause.append)


def spoilt(**lists: object) -> bytes:
    answer = open_meteo(DAY)
    answer["hourly"] |= lists
    return encoded(answer)


def test_a_day_is_asked_for_as_open_meteo_wants_it(provider: WeatherServer) -> None:
    provider.say((200, encoded(open_meteo(DAY))))

    api(provider).hours(LONDON, DAY)

    assert provider.asked == [
        {
            "latitude": ["51.51"],
            "longitude": ["-0.13"],
            "hourly": ["temperature_2m,wind_speed_10m,shortwave_radiation"],
            "timezone": ["Europe/London"],
            "start_date": ["2026-03-02"],
            "end_date": ["2026-03-02"],
        }
    ]


def test_a_day_has_its_twenty_four_hours(provider: WeatherServer) -> None:
    provider.say((200, encoded(open_meteo(DAY))))

    hours = api(provider).hours(LONDON, DAY)

    assert len(hours) == 24
    assert hours[1] == Hour(
        time=datetime(2026, 3, 2, 1, tzinfo=UTC),
        temperature_c=8.6,
        wind_speed_kmh=12,
        solar_wm2=0,
    )


def test_a_summer_day_begins_an_hour_earlier_in_utc(provider: WeatherServer) -> None:
    provider.say((200, encoded(open_meteo(SUMMER_DAY, offset=3600))))

    hours = api(provider).hours(LONDON, SUMMER_DAY)

    assert hours[0].time == datetime(2026, 7, 1, 23, tzinfo=UTC)
    assert hours[-1].time == datetime(2026, 7, 2, 22, tzinfo=UTC)


def test_the_local_stage_has_a_provider_that_is_understood(provider: WeatherServer) -> None:
    query = {
        "latitude": "51.51",
        "longitude": "-0.13",
        "hourly": "temperature_2m,wind_speed_10m,shortwave_radiation",
        "timezone": "Europe/London",
        "start_date": str(SUMMER_DAY),
        "end_date": str(SUMMER_DAY),
    }
    provider.say((200, encoded(local_weather(query))))

    assert api(provider).hours(LONDON, SUMMER_DAY)[0].time == datetime(2026, 7, 1, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (503, b"down for maintenance", "expected status 200, got 503"),
        (429, b"{}", "expected status 200, got 429"),
        (302, b"", "expected status 200, got 302"),
        (200, b"", "truncated"),
        (200, b"<html>welcome</html>", "malformed"),
        (200, b"\xff\xfe", "malformed"),
        (200, b"{}", "missing required field `utc_offset_seconds`"),
        (200, b"[" * 10_000, "Expected `object`, got `array`"),
        (200, b'{"x":' + b"[" * 100_000, "maximum recursion depth exceeded"),
        (200, b" " * (256 * 1024 + 1), "expected at most 262144 bytes"),
        (200, encoded(open_meteo(SUMMER_DAY)), "expected the 24 hours of 2026-03-02"),
        (200, spoilt(temperature_2m=[None] * 24), "Expected `float`, got `null`"),
        (200, spoilt(temperature_2m=[8.5] * 23), "expected as many values as hours"),
        (200, spoilt(temperature_2m=["warm"] * 24), "Expected `float`, got `str`"),
        (200, spoilt(temperature_2m=[451] * 24), "Expected `float` <= 70"),
        (200, spoilt(wind_speed_10m=[-1] * 24), "Expected `float` >= 0"),
        (200, spoilt(shortwave_radiation=[1e9] * 24), "Expected `float` <= 2000"),
        (200, spoilt(time=[]), "expected the 24 hours"),
    ],
)  # fmt: skip
def test_nonsense_is_asked_about_three_times_and_then_given_up(
    provider: WeatherServer, status: int, body: bytes, reason: str
) -> None:
    provider.say((status, body))
    pauses: list[float] = []

    with pytest.raises(WeatherUnavailableError, match=reason) as failure:
        api(provider, pauses).hours(LONDON, DAY)

    assert str(failure.value).startswith("no weather for London on 2026-03-02 after 3 tries: ")
    assert len(provider.asked) == 3
    assert pauses == [1, 2]


def test_a_provider_that_comes_to_its_senses_is_believed(provider: WeatherServer) -> None:
    provider.say((500, b""), (200, b"nonsense"), (200, encoded(open_meteo(DAY))))

    assert len(api(provider).hours(LONDON, DAY)) == 24


def test_a_provider_that_is_slow_is_given_up(provider: WeatherServer) -> None:
    provider.say((200, None))
    weather = WeatherApi(
        provider.url,
        timeout=urllib3.Timeout(connect=PATIENCE, read=0.05),
        sleep=lambda seconds: None,
    )

    with pytest.raises(WeatherUnavailableError, match="ReadTimeoutError"):
        weather.hours(LONDON, DAY)

    assert settled(lambda: len(provider.asked)) == 3


def test_a_provider_that_is_down_is_given_up(provider: WeatherServer) -> None:
    pauses: list[float] = []
    weather = api(provider, pauses)
    provider.stop()

    with pytest.raises(WeatherUnavailableError, match="NewConnectionError"):
        weather.hours(LONDON, DAY)

    assert len(pauses) == 2
