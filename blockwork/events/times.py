"""Times as people write them.

What happens in a span that was meant otherwise cannot be taken back, so nothing is guessed: what is
not written as documented is refused.
"""

import re
from datetime import UTC, datetime, timedelta

from blockwork.arguments import shortened

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
AGO = re.compile(r"([0-9]+) ?(s|m|h|d|(?:second|minute|hour|day)s?) ago")
MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
    r"(Z|[+-]([01][0-9]|2[0-3]):[0-9]{2})"
)
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
"""AWS's APIs take times as seconds since then."""


class TimeError(ValueError):
    """A text is no time; the message says how to write one."""


def parse_time(text: str, now: datetime, *, name: str) -> datetime:
    """Read `2030-01-31T12:00:00Z` (RFC 3339), `1h ago`, `2 days ago` or `now`.

    :param now: what `ago` counts from.
    :param name: what the time is for, said in the error: `--from`.
    :raises TimeError: if the text is none of these, says no time zone, or is before 1970 or after
        the year 9999.
    """
    try:
        time = _read(text.strip(), now).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise TimeError(
            f"{name} must be a time like 2030-01-31T12:00:00Z or 2030-01-31T13:00:00+01:00, a span"
            f" of whole seconds, minutes, hours or days like '90s ago', '30m ago', '1h ago' or"
            f" '2 days ago', or now; got {shortened(text)}{_hint(text.strip())}"
        ) from error
    if time < EARLIEST:
        raise TimeError(f"{name} must not be before 1970, got {shortened(text)}: {as_text(time)}")
    return time


def as_text(time: datetime) -> str:
    """Write a time in UTC, whole seconds: `2030-01-31T12:00:00Z`."""
    return time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _read(text: str, now: datetime) -> datetime:
    if text == "now":
        return now
    if ago := AGO.fullmatch(text):
        return now - timedelta(**{UNITS[ago[2][0]]: int(ago[1])})
    if MOMENT.fullmatch(text):
        return datetime.fromisoformat(text)
    raise ValueError(text)


def _hint(text: str) -> str:
    """Say what is missing of a time, where it is only that."""
    if AGO.fullmatch(f"{text} ago"):
        return f": write '{text} ago'"
    if MOMENT.fullmatch(f"{text}Z"):
        return f", which says no time zone: for UTC write '{text}Z'"
    return ""
