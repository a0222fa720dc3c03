"""What a meter reading is: the energy of one half hour, as its meter or a correction says it."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

HALF_HOUR = timedelta(minutes=30)
VERSIONS = range(1, 25)
YEARS = range(2000, 2100)
LARGEST_THOUSANDTHS = 4_000_000_000
"""4 million kWh: fits into 32 bits, beside the number that says that there is no reading."""

METER_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What the routes take as an id, too (`blockwork.runtime.http`), which is how meters get theirs."""
READ_AT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})"
)
WITHOUT_OFFSET = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.]*)?")
KWH = re.compile(r"[0-9]{1,10}(\.[0-9]{1,3})?")
VERSION = re.compile(r"[1-9]|1[0-9]|2[0-4]")
MOST_SHOWN = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The energy of one half hour.

    :param read_at: when the half hour begins, in UTC.
    :param thousandths: of a kWh, as an integer: sums of readings are exact.
    :param version: 1 as the meter said it, a correction bears a higher one.
    """

    meter_id: str
    read_at: datetime
    thousandths: int
    version: int

    @property
    def kwh(self) -> str:
        """The energy as a decimal with its three places."""
        return kwh_text(self.thousandths)


def kwh_text(thousandths: int) -> str:
    """Return thousandths of a kWh as a decimal with three places."""
    return f"{thousandths // 1000}.{thousandths % 1000:03}"


def meter_id_of(text: str) -> str:
    """Check the id of a meter.

    :raises ValueError: if it can be none; so do the functions below.
    """
    if not METER_ID.fullmatch(text):
        raise ValueError(f"meterId must be 1 to 64 letters, digits, _ or -, got {_shown(text)}")
    return text


def read_at_of(text: str) -> datetime:
    """Return the instant that a text says, in UTC: on days of 46 or 50 half hours, too."""
    if not READ_AT.fullmatch(text):
        if WITHOUT_OFFSET.fullmatch(text):
            raise ValueError(
                f"readAt must say its offset from UTC, such as Z or +01:00, got {_shown(text)}"
            )
        raise ValueError(
            f"readAt must be ISO 8601 such as 2026-03-01T09:30:00Z, got {_shown(text)}"
        )
    try:
        return on_half_hour(datetime.fromisoformat(text).astimezone(UTC))
    except (ValueError, OverflowError) as error:
        if "readAt" in str(error):
            raise
        raise ValueError(f"readAt must be a day and time that exist, got {_shown(text)}") from error


def on_half_hour(instant: datetime) -> datetime:
    """Check that an instant in UTC is one that readings have."""
    if instant.minute % 30 or instant.second or instant.microsecond:
        raise ValueError(f"readAt must be on :00 or :30, got {instant:%H:%M:%S} UTC")
    if instant.year not in YEARS:
        raise ValueError(
            f"readAt must be in the years {YEARS[0]} to {YEARS[-1]}, got {instant.year}"
        )
    return instant


def thousandths_of(text: str) -> int:
    """Return the thousandths of a kWh that a decimal says."""
    if not KWH.fullmatch(text):
        raise ValueError(
            "kwh must be a decimal with a point and at most 3 places, not negative, such as 0.125,"
            f" got {_shown(text)}"
        )
    whole, _, places = text.partition(".")
    found = int(whole) * 1000 + int(f"{places:0<3}")
    if found > LARGEST_THOUSANDTHS:
        raise ValueError(
            f"kwh must be at most {LARGEST_THOUSANDTHS // 1000}, which is what a stored reading"
            f" has room for, got {_shown(text)}"
        )
    return found


def version_of(text: str) -> int:
    """Return the version that a text says."""
    if not VERSION.fullmatch(text):
        raise ValueError(
            f"version must be an integer from {VERSIONS[0]} to {VERSIONS[-1]}, got {_shown(text)}"
        )
    return int(text)


def _shown(text: str) -> str:
    return repr(text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…")
