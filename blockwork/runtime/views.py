"""What answers are made of: forms that every API gives the same values."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from msgspec import Meta

Timestamp = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
"""A moment in UTC, to the millisecond: 2026-03-01T12:00:00.000Z (RFC 3339)."""


def timestamp(moment: datetime) -> Timestamp:
    """Return a moment as answers have it.

    :param moment: with a time zone, whichever.
    """
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def schema_of(kind: type) -> dict[str, Any]:
    """Return the JSON Schema of a text that a type is made from, for a field that shows it.

    ::

        class Amount(Decimal):
            JSON_SCHEMA: ClassVar[dict[str, object]] = {"pattern": AMOUNT}


        class OrderView(TypedDict):
            total: Annotated[str, Meta(extra_json_schema=schema_of(Amount))]

    :param kind: its `JSON_SCHEMA` has JSON Schema's words; a `pattern` may be a compiled one, which
        the whole text must fit. Default: any text.
    """
    schema: dict[str, Any] = {"type": "string", **getattr(kind, "JSON_SCHEMA", {})}
    return {
        key: whole(each) if isinstance(each, re.Pattern) else each for key, each in schema.items()
    }


def whole(pattern: re.Pattern[str]) -> str:
    """Return a pattern that the whole text must fit as JSON Schema has it: it searches."""
    # `(?!\n)`, since in Python `$` alone matches before a line end too.
    return rf"^({pattern.pattern})$(?!\n)"
