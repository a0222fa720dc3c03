"""Event patterns: which events somebody wants to see."""

import json
from typing import Any

from blockwork.arguments import shortened

Pattern = dict[str, Any]

EVERY_EVENT: Pattern = {"source": [{"prefix": ""}]}


class PatternError(ValueError):
    """A text is no event pattern; the message says how to write one."""


def make_pattern(pattern: str | None, type_: str | None) -> Pattern | None:
    """Return the pattern somebody asks for: as JSON, or by an event's type; `None` for all.

    :raises PatternError: if the JSON is none, or both are given.
    """
    if pattern is None:
        return {"detail-type": [type_]} if type_ else None
    if type_:
        raise PatternError("--pattern and --type exclude each other: write the type in the pattern")
    try:
        made = json.loads(pattern)
    except (ValueError, RecursionError) as error:
        raise PatternError(f"--pattern must be JSON, got {shortened(pattern)}: {error}") from error
    if not isinstance(made, dict) or not made:
        raise PatternError(
            f"--pattern must be an object with at least one field, such as"
            f' {{"source": ["shop.orders"]}}, got {shortened(pattern)}'
        )
    return made


def line(event: dict[str, Any]) -> str:
    """Return what people read of an event: time, type, source, correlation id, data."""
    detail = event.get("detail", {})
    metadata = detail.get("metadata", {}) if isinstance(detail, dict) else {}
    data = detail.get("data", detail) if isinstance(detail, dict) else detail
    replay = f"  (replay {event['replay-name']})" if "replay-name" in event else ""
    return "  ".join(
        [
            str(metadata.get("time", event.get("time", ""))),
            str(event.get("detail-type", "?")),
            str(event.get("source", "?")),
            str(metadata.get("correlationId", "-")),
            json.dumps(data, ensure_ascii=False) + replay,
        ]
    )
