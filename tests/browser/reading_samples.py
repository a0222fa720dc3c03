"""What the API of readings answers to a view whose state is hard to bring about."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.browser.samples import LONG, WHEN

METERS = r"\$default/meters(\?.*)?$"
IMPORTS = r"\$default/imports(\?.*)?$"
AN_IMPORT = r"\$default/imports/i1$"
READINGS = r"\$default/meters/[^/]+/readings\?"
REJECTS = r"/rejects\.csv$"

REASONS = [
    ("2", "kwh must be a decimal with a point and at most 3 places, not negative, got '1,5'"),
    ("48", "readAt must say its offset from UTC, such as Z or +01:00, got '2026-03-01T09:30:00'"),
    ("1000001", "meter m-2 is not yours"),
]
REJECTED = "line,reason,row\n" + "".join(
    f'{line},"{reason}","m-2,2026-03-01T09:30:00,1.5,1"\n' for line, reason in REASONS
)
SUMMER = "2026-07-01"
SPRING_FORWARD, FALL_BACK = "2026-03-29", "2026-10-25"


def an_import(status: str, *, number: int = 1, **other: Any) -> dict[str, Any]:
    """Return an import as its API shows it."""
    return {
        "importId": f"i{number}",
        "filename": "readings-of-march-2026.csv",
        "status": status,
        "accepted": 0,
        "rejected": 0,
        "createdAt": WHEN,
        **other,
    }


IMPORTED = an_import("IMPORTED", accepted=999_997, rejected=3, rejectsUrl="/rejects.csv")
IMPORTING = an_import("IMPORTING", accepted=120_000, rejected=2)
UNREADABLE = an_import(
    "FAILED", reason="The first line must be a header that names meterId, readAt, kwh and version."
)
EACH_IMPORT = [
    an_import("IMPORTING", number=2, accepted=120_000, rejected=2),
    an_import("AWAITING_UPLOAD", number=3, filename=f"{LONG}.csv.gz"),
    an_import("IMPORTED", number=4, accepted=1, filename="A" * 100),
    {**UNREADABLE, "importId": "i5"},
]
OWN_METERS = [{"meterId": meter} for meter in ("garage", "heat-pump", "m" * 64)]


def half_hours(first: datetime, count: int, kwh: str = "0.250") -> list[dict[str, Any]]:
    """Return readings of so many half hours from a moment on; every 48th is twice as much."""
    return [
        {
            "readAt": f"{first + number * timedelta(minutes=30):%Y-%m-%dT%H:%M:%SZ}",
            "kwh": "0.500" if number % 48 == 36 else kwh,
            "version": 1,
        }
        for number in range(count)
    ]


YEAR = half_hours(datetime(2026, 1, 1, tzinfo=UTC), 48 * 200)
