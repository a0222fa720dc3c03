"""Query parameters that may be there: read, or a problem that says what they must be."""

import re
from datetime import datetime

from blockwork.runtime.http import Request
from blockwork.runtime.problems import ProblemError

MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})"
)
NUMBER = re.compile(r"0|[1-9][0-9]{0,14}")


def query_moment(request: Request, name: str) -> datetime | None:
    """Return a query parameter that is a moment with its time zone; None if it is not there.

    ::

        since = query_moment(request, "from")

    :raises ProblemError: 400 if it is another text.
    """
    given = request.query.get(name)
    if given is None:
        return None
    try:
        if not MOMENT.fullmatch(given):
            raise ValueError("not a moment")
        return datetime.fromisoformat(given)
    except ValueError as error:
        raise ProblemError(
            400,
            f"{name} must be a moment such as 2026-03-01T12:00:00Z, or with an offset whose + is"
            f" written %2B, got {given[:40]!r}",
        ) from error


def query_number(request: Request, name: str, *, least: int, largest: int) -> int | None:
    """Return a query parameter that is a whole number; None if it is not there.

    :raises ProblemError: 400 if it is another text, or out of bounds.
    """
    given = request.query.get(name)
    if given is None:
        return None
    if not NUMBER.fullmatch(given) or not least <= int(given) <= largest:
        raise ProblemError(400, f"{name} must be from {least} to {largest}, got {given[:40]!r}")
    return int(given)
