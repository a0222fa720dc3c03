"""The weather by HTTP, in Open-Meteo's format: https://open-meteo.com/en/docs."""

import os
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Annotated, Self

import msgspec
import urllib3
from msgspec import Meta

from blockwork.runtime.observability import logger
from forecast.domain.forecast import LONDON, Hour, WeatherUnavailableError
from forecast.domain.regions import Region

TRIES = 3
FIRST_PAUSE = 0.5
TIMEOUT = urllib3.Timeout(connect=2, read=5)
LARGEST_ANSWER = 256 * 1024

# Beyond what was ever measured on Earth: it is not the weather.
Celsius = Annotated[float, Meta(ge=-100, le=70)]
KilometresPerHour = Annotated[float, Meta(ge=0, le=500)]
WattsPerSquareMetre = Annotated[float, Meta(ge=0, le=2000)]


class Hourly(msgspec.Struct, frozen=True):
    """The hours, each in the same place of every list; times are local, without an offset."""

    time: list[str]
    temperature_2m: list[Celsius]
    wind_speed_10m: list[KilometresPerHour]
    shortwave_radiation: list[WattsPerSquareMetre]


class Answer(msgspec.Struct, frozen=True):
    """What is read of an answer; further fields are the provider's own affair.

    :param utc_offset_seconds: of all times in the answer, also where clocks change on the day.
    """

    utc_offset_seconds: int
    hourly: Hourly


class _UnusableAnswerError(Exception):
    """The provider answered something that is no forecast of the day."""


class WeatherApi:
    """The port `Weather` over HTTP.

    :param url: the provider's base URL.
    :param timeout: for connecting and for each part of an answer. Default: 2 and 5 seconds.
    :param sleep: waits some seconds. Default: really.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout: urllib3.Timeout = TIMEOUT,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._url = f"{url.rstrip('/')}/v1/forecast"
        self._sleep = sleep
        self._http = urllib3.PoolManager(timeout=timeout, retries=False)

    @classmethod
    def from_environment(cls) -> Self:
        """Ask the provider at the base URL in the variable WEATHER_URL."""
        return cls(os.environ["WEATHER_URL"])

    def hours(self, region: Region, day: date) -> tuple[Hour, ...]:
        """Ask until there is a usable answer, three times at most."""
        for attempt in range(1, TRIES + 1):
            try:
                return self._ask(region, day)
            except (_UnusableAnswerError, urllib3.exceptions.HTTPError) as error:
                reason = f"{type(error).__name__.strip('_')}: {error}"
                logger.warning("no weather", region=region.name, attempt=attempt, reason=reason)
            if attempt < TRIES:
                self._sleep(FIRST_PAUSE * 2**attempt)
        raise WeatherUnavailableError(
            f"no weather for {region.name} on {day} after {TRIES} tries: {reason}"
        )

    def _ask(self, region: Region, day: date) -> tuple[Hour, ...]:
        response = self._http.request(
            "GET",
            self._url,
            fields={
                "latitude": str(region.latitude),
                "longitude": str(region.longitude),
                "hourly": ",".join(Hourly.__struct_fields__[1:]),
                "timezone": LONDON.key,
                "start_date": day.isoformat(),
                "end_date": day.isoformat(),
            },
            preload_content=False,
            redirect=False,  # urllib3 1.26 follows them in spite of the pool's `retries=False`
        )
        try:
            body = response.read(LARGEST_ANSWER + 1)
        finally:
            response.release_conn()
        if response.status != 200:
            raise _UnusableAnswerError(f"expected status 200, got {response.status}")
        if len(body) > LARGEST_ANSWER:
            raise _UnusableAnswerError(f"expected at most {LARGEST_ANSWER} bytes, got more")
        try:
            answer = msgspec.json.decode(body, type=Answer)
        except (msgspec.DecodeError, RecursionError) as error:
            raise _UnusableAnswerError(str(error)) from error
        return _hours(answer, day)


def _hours(answer: Answer, day: date) -> tuple[Hour, ...]:
    """Return the hours in UTC, having checked that they are the 24 of the day."""
    hourly = answer.hourly
    if hourly.time != [f"{day}T{hour:02}:00" for hour in range(24)]:
        raise _UnusableAnswerError(f"expected the 24 hours of {day}, got other times")
    offset = timedelta(seconds=answer.utc_offset_seconds)
    try:
        rows = zip(
            hourly.time,
            hourly.temperature_2m,
            hourly.wind_speed_10m,
            hourly.shortwave_radiation,
            strict=True,
        )
        return tuple(
            Hour(
                time=datetime.fromisoformat(f"{local}Z") - offset,
                temperature_c=temperature,
                wind_speed_kmh=wind,
                solar_wm2=solar,
            )
            for local, temperature, wind, solar in rows
        )
    except ValueError as error:
        raise _UnusableAnswerError("expected as many values as hours, got other numbers") from error
