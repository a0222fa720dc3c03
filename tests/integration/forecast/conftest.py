"""A table and a bus in moto, and a weather provider that does what it is told."""

import json
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from moto import mock_aws


def open_meteo(day: date, *, offset: int = 0) -> dict[str, Any]:
    """Return what Open-Meteo answers for one place and day."""
    midnight = datetime(day.year, day.month, day.day)
    return {
        "latitude": 51.5,
        "longitude": -0.12,
        "utc_offset_seconds": offset,
        "timezone": "Europe/London",
        "hourly_units": {"time": "iso8601", "temperature_2m": "°C"},
        "hourly": {
            "time": [(midnight + timedelta(hours=hour)).isoformat()[:16] for hour in range(24)],
            "temperature_2m": [8.5 + hour / 10 for hour in range(24)],
            "wind_speed_10m": [12] * 24,
            "shortwave_radiation": [0.0] * 24,
        },
    }


class WeatherServer:
    """Answers in turn what it is given, and goes on with the last.

    :param answers: each a status and a body; a body of None is an answer that never comes.
    """

    def __init__(self) -> None:
        self.answers: list[tuple[int, bytes | None]] = []
        self.asked: list[dict[str, list[str]]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append(parse_qs(urlsplit(self.path).query))
                answers = server.answers
                status, body = answers.pop(0) if len(answers) > 1 else answers[0]
                if body is None:
                    time.sleep(0.3)
                    return
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                if 300 <= status < 400:
                    self.send_header("Location", f"{server.url}/elsewhere")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = Thread(target=self._http.serve_forever, args=(0.02,))
        self._thread.start()

    def say(self, *answers: tuple[int, bytes | None]) -> None:
        self.answers = list(answers)

    def stop(self) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


@pytest.fixture
def provider() -> Iterator[WeatherServer]:
    server = WeatherServer()
    yield server
    server.stop()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    monkeypatch.setenv("FORECAST_TABLE", "forecasts")
    monkeypatch.setenv("EVENT_BUS_NAME", "platform")
    with mock_aws():
        boto3.client("dynamodb").create_table(
            TableName="forecasts",
            KeySchema=[{"AttributeName": "date", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "date", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        boto3.client("events").create_event_bus(Name="platform")
        yield monkeypatch


def encoded(answer: object) -> bytes:
    return json.dumps(answer).encode()
