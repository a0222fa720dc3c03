"""Open-Meteo's forecast API (https://open-meteo.com/en/docs), with made-up weather.

The same place has the same weather on the same day, however often one asks.
"""

import hashlib
import math
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from blockwork.local.fakes import Answer, Fake, Place, Request

MOST_DAYS = 16
UNITS = {"temperature_2m": "°C", "wind_speed_10m": "km/h", "shortwave_radiation": "W/m²"}


def weather_service(place: Place) -> Fake:
    """Answer with the weather."""
    fake = Fake(place, modes={"nonsense": 0.0})

    @fake.route("GET /v1/forecast")
    def ask(request: Request) -> Answer:
        if fake.behaviour.mode == "nonsense":
            return Answer.of(200, {"hourly": {"time": "tomorrow", "temperature_2m": ["warm"]}})
        try:
            return Answer.of(200, forecast(request.query))
        except InvalidQueryError as error:
            return Answer.of(400, {"error": True, "reason": str(error)})

    return fake


class InvalidQueryError(ValueError):
    """The query cannot be answered; the message says why, as Open-Meteo's `reason` does."""


def forecast(query: Mapping[str, str]) -> dict[str, Any]:
    """Return the hourly weather of some days at a place.

    :param query: latitude, longitude, hourly (names with commas), start_date and end_date; timezone
        is optional, GMT without it.
    :raises InvalidQueryError: if one of them is missing or out of bounds.
    """
    latitude = _number(query, "latitude", 90)
    longitude = _number(query, "longitude", 180)
    first, last = _date(query, "start_date"), _date(query, "end_date")
    if not first <= last < first + timedelta(days=MOST_DAYS):
        raise InvalidQueryError(f"end_date must be up to {MOST_DAYS} days from start_date")
    names = query.get("hourly", "").split(",")
    for name in names:
        if name not in UNITS:
            raise InvalidQueryError(f"hourly must name some of {', '.join(UNITS)}, got {name!r}")
    zone = query.get("timezone", "GMT")
    try:
        midnight = datetime(first.year, first.month, first.day, tzinfo=ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidQueryError(f"timezone is unknown: {zone!r}") from error
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    hours = [(day, hour) for day in days for hour in range(24)]
    values = {
        name: [_value(name, latitude, longitude, day, hour) for day, hour in hours]
        for name in names
    }
    return {
        "latitude": latitude,
        "longitude": longitude,
        "utc_offset_seconds": round((midnight.utcoffset() or timedelta()).total_seconds()),
        "timezone": zone,
        "hourly_units": {"time": "iso8601", **{name: UNITS[name] for name in names}},
        "hourly": {"time": [f"{day}T{hour:02}:00" for day, hour in hours], **values},
    }


def _value(name: str, latitude: float, longitude: float, day: date, hour: int) -> float:
    chance = _chance(name, latitude, longitude, day)
    sun = max(0.0, math.sin((hour - 6) / 12 * math.pi))
    summer = 0.5 - 0.5 * math.cos((day.timetuple().tm_yday - 15) / 365 * 2 * math.pi)
    if name == "temperature_2m":
        return round(3 + 12 * summer + 6 * (chance - 0.5) + 5 * sun, 1)
    if name == "wind_speed_10m":
        return round(5 + 30 * chance + 5 * sun, 1)
    return round(sun * (150 + 600 * summer) * (0.3 + 0.7 * chance))


def _chance(*parts: object) -> float:
    """Return a number from 0 to 1 that only depends on `parts`."""
    digest = hashlib.sha256(repr(parts).encode()).digest()
    return int.from_bytes(digest[:4]) / 0xFFFF_FFFF


def _number(query: Mapping[str, str], name: str, most: float) -> float:
    try:
        number = float(query[name])
    except (KeyError, ValueError) as error:
        raise InvalidQueryError(f"{name} must be a number, got {query.get(name)!r}") from error
    if not -most <= number <= most:
        raise InvalidQueryError(f"{name} must be in range of -{most} to {most}, got {number}")
    return number


def _date(query: Mapping[str, str], name: str) -> date:
    try:
        return date.fromisoformat(query[name])
    except (KeyError, ValueError) as error:
        raise InvalidQueryError(f"{name} must be YYYY-MM-DD, got {query.get(name)!r}") from error
