import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from typer.testing import CliRunner

from blockwork.command.commands import app
from blockwork.events.times import TimeError, as_text, parse_time

NOW = datetime(2030, 1, 2, 12, tzinfo=UTC)
runner = CliRunner()

TIMES = {
    "now": NOW,
    "90s ago": NOW - timedelta(seconds=90),
    "30m ago": NOW - timedelta(minutes=30),
    "1h ago": NOW - timedelta(hours=1),
    "2d ago": NOW - timedelta(days=2),
    "2 days ago": NOW - timedelta(days=2),
    "1 hour ago": NOW - timedelta(hours=1),
    "30 minutes ago": NOW - timedelta(minutes=30),
    "45 seconds ago": NOW - timedelta(seconds=45),
    "2030-01-01T10:00:00Z": datetime(2030, 1, 1, 10, tzinfo=UTC),
    "2030-01-01 10:00Z": datetime(2030, 1, 1, 10, tzinfo=UTC),
    "2030-01-01T10:00:00.250Z": datetime(2030, 1, 1, 10, 0, 0, 250_000, tzinfo=UTC),
    "2030-01-01T10:00+01:00": datetime(2030, 1, 1, 9, tzinfo=UTC),
}
NO_TIMES = [
    *("", " ", "-", "yesterday", "now ago", "Now", "ago"),
    # Units: none is guessed from its first letter.
    *("500ms ago", "5 mo ago", "3 months ago", "1 fortnight ago", "1M ago", "1H ago", "1 sec ago"),
    *("5min ago", "2 weeks ago", "1y ago", "1 dozen hours ago", "1 ago"),
    # Is it from now on, or back?
    *("1h", "90 minutes", "in 1h"),
    # Numbers
    *("-1h ago", "+1h ago", "1.5h ago", "1e3h ago", "0x10h ago", "1_000s ago", "\u0663h ago"),
    *("1h30m ago", "1h 30m ago", "9" * 12 + "d ago", "9" * 5000 + "h ago", "999999d ago"),
    # A day or an hour that is nobody's, or somebody's only
    *("2030-01-31", "20300131T120000Z", "2030-W05-4", "2030-031", "12:00Z", "1893456000"),
    *("2030-01-01T10:00:00", "2030-01-01 10:00", "2030-01-01T10:00:00 UTC"),
    *("2030-13-01T00:00Z", "2030-02-30T00:00Z", "2030-01-01T24:00Z", "2030-01-01T10:60Z"),
    *("2030-01-01T10:00:60Z", "2030-01-01T10:00+24:00", "2030-01-01T10:00+0100", "2030-1-1T1:00Z"),
    *("2030-01-01x10:00Z", "2030-01-01T10:00z", "2030-01-01T10:00,5Z", "31.01.2030 10:00Z"),
    "\u0662030-01-01T10:00Z",
    # Outside what can be counted
    *("0000-01-01T00:00Z", "0001-01-01T00:00+01:00", "9999-12-31T23:59-01:00", "1969-12-31T23:59Z"),
    *("10000-01-01T00:00Z", "-2030-01-01T10:00Z", "+2030-01-01T10:00Z"),
]


@pytest.mark.parametrize(("text", "time"), TIMES.items())
def test_a_time_is_read_as_people_write_it(text: str, time: datetime) -> None:
    assert parse_time(text, NOW, name="--from") == time


def test_a_time_without_a_zone_is_asked_for_one() -> None:
    with pytest.raises(TimeError, match=r"no time zone: for UTC write '2030-01-01T10:00Z'"):
        parse_time("2030-01-01T10:00", NOW, name="--from")


def test_a_span_is_asked_for_its_direction() -> None:
    with pytest.raises(TimeError, match=r"write '90 minutes ago'"):
        parse_time("90 minutes", NOW, name="--from")


def test_a_time_is_said_in_utc() -> None:
    there = datetime(2030, 1, 1, 10, tzinfo=timezone(timedelta(hours=1)))

    assert as_text(there) == "2030-01-01T09:00:00Z"


@pytest.mark.parametrize("option", ["--from", "--to"])
@pytest.mark.parametrize("text", NO_TIMES, ids=lambda text: ascii(text)[:30])
def test_a_replay_of_what_is_no_time_is_refused(option: str, text: str, tmp_path: Path) -> None:
    said = refusal({"--from": "1h ago", "--to": "now", option: text}, tmp_path)

    assert said.startswith(f"error: {option} must ")
    assert repr(text[:50])[:-1] in said
    assert "2030-01-31T12:00:00Z" in said or "before 1970" in said


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("1h ago", "2h ago"),
        ("now", "now"),
        ("0s ago", "now"),
        ("1h ago", "9999-12-31T23:59:59Z"),
        ("9999-12-31T23:59:58Z", "9999-12-31T23:59:59Z"),
        ("2001-01-01T12:00:00+01:00", "2001-01-01T11:00:00Z"),
    ],
)
def test_a_replay_of_a_span_that_is_none_is_refused(start: str, end: str, tmp_path: Path) -> None:
    said = refusal({"--from": start, "--to": end}, tmp_path)

    assert said.startswith("error: --from must be before --to, and --to not in the future; got ")
    assert len(re.findall(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", said)) == 3


def refusal(options: dict[str, str], directory: Path) -> str:
    words = [word for option in options.items() for word in option]
    result = runner.invoke(app, ["events", "replay", *words, "--directory", str(directory)])
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 1
    return result.stderr
