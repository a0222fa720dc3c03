"""Times as people write them."""

import re
from datetime import UTC, datetime, timedelta

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
AGO = re.compile(r"(\d+)\s*(s|m|h|d)[a-z]*(?:\s+ago)?")


class TimeError(ValueError):
    """A text is no time; the message says how to write one."""


def parse_time(text: str, now: datetime) -> datetime:
    """Read `2030-01-31T12:00:00Z`, `1h ago`, `30 minutes ago` or `now`.

    A time without an offset is in UTC.

    :raises TimeError: if the text is none of these.
    """
    plain = text.strip().lower()
    if plain == "now":
        return now
    if ago := AGO.fullmatch(plain):
        return now - timedelta(**{UNITS[ago[2]]: int(ago[1])})
    try:
        time = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise TimeError(
            f"a time is written like 2030-01-31T12:00:00Z, '1h ago', '30m ago', '2d ago' or now;"
            f" got {text!r}"
        ) from error
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def as_text(time: datetime) -> str:
    """Write a time in UTC, whole seconds: `2030-01-31T12:00:00Z`."""
    return time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
