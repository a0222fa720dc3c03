from datetime import UTC, datetime, timedelta, timezone

import pytest

from tools.events.times import TimeError, as_text, parse_time

NOW = datetime(2030, 1, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("now", NOW),
        ("1h ago", NOW - timedelta(hours=1)),
        ("90m", NOW - timedelta(minutes=90)),
        ("2 days ago", NOW - timedelta(days=2)),
        ("30 minutes ago", NOW - timedelta(minutes=30)),
        ("2030-01-01T10:00:00Z", datetime(2030, 1, 1, 10, tzinfo=UTC)),
        ("2030-01-01 10:00", datetime(2030, 1, 1, 10, tzinfo=UTC)),
        ("2030-01-01T10:00+01:00", datetime(2030, 1, 1, 9, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_as_people_write_it(text: str, time: datetime) -> None:
    assert parse_time(text, NOW) == time


@pytest.mark.parametrize("text", ["", "yesterday", "1 fortnight ago", "2030-13-01"])
def test_what_is_no_time_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(TimeError, match="2030-01-31T12:00:00Z"):
        parse_time(text, NOW)


def test_a_time_is_said_in_utc() -> None:
    there = datetime(2030, 1, 1, 10, tzinfo=timezone(timedelta(hours=1)))

    assert as_text(there) == "2030-01-01T09:00:00Z"
