import pytest

from tools.providers.weather import InvalidQueryError, forecast

LONDON = {
    "latitude": "51.5",
    "longitude": "-0.12",
    "hourly": "temperature_2m,wind_speed_10m,shortwave_radiation",
    "timezone": "Europe/London",
    "start_date": "2026-06-21",
    "end_date": "2026-06-21",
}


def test_a_day_has_24_hours_of_each_value_that_was_asked_for() -> None:
    answer = forecast(LONDON)

    assert answer["timezone"] == "Europe/London"
    assert answer["hourly"]["time"][0] == "2026-06-21T00:00"
    assert {len(values) for values in answer["hourly"].values()} == {24}
    assert set(answer["hourly"]) == {"time", *LONDON["hourly"].split(",")}


@pytest.mark.parametrize(("day", "seconds"), [("2026-01-02", 0), ("2026-07-02", 3600)])
def test_an_answer_says_how_far_its_times_are_from_utc(day: str, seconds: int) -> None:
    answer = forecast({**LONDON, "start_date": day, "end_date": day})

    assert answer["utc_offset_seconds"] == seconds


def test_the_weather_of_a_place_and_day_is_always_the_same_and_nowhere_else_so() -> None:
    assert forecast(LONDON) == forecast(LONDON)
    assert forecast({**LONDON, "latitude": "55.9"})["hourly"] != forecast(LONDON)["hourly"]


def test_the_sun_does_not_shine_at_night() -> None:
    radiation = forecast(LONDON)["hourly"]["shortwave_radiation"]

    assert radiation[2] == 0
    assert radiation[12] > 100


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("latitude", "north", "latitude must be a number, got 'north'"),
        ("longitude", "181", "in range of -180 to 180"),
        ("start_date", "tomorrow", "start_date must be YYYY-MM-DD, got 'tomorrow'"),
        ("end_date", "2026-06-20", "up to 16 days"),
        ("hourly", "mood", "got 'mood'"),
        ("timezone", "Mars/Base", "timezone is unknown: 'Mars/Base'"),
    ],
)
def test_a_query_that_cannot_be_answered_is_explained(name: str, value: str, reason: str) -> None:
    with pytest.raises(InvalidQueryError, match=reason):
        forecast({**LONDON, name: value})
