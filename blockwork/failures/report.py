"""What people read of failed events."""

import json
from datetime import datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from blockwork.failures.messages import Failure, as_json
from blockwork.failures.redrive import Result

UNITS = (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))
LONGEST_REASON = 200


def overview(waiting: dict[str, list[Failure]], now: datetime) -> Table:
    """Return a table of what waits, a line a service."""
    table = Table(box=None, pad_edge=False)
    for column in ("Service", "Waiting", "Oldest", "Latest error", "Function", "Event"):
        table.add_column(column, justify="right" if column == "Waiting" else "left")
    for service, failures in sorted(waiting.items()):
        if not failures:
            table.add_row(service, "0")
            continue
        latest = max(failures, key=lambda failure: failure.failed_at)
        oldest = min(failure.failed_at for failure in failures)
        cells = (age(now, oldest), shortened(latest.error), latest.function, latest.event)
        table.add_row(service, str(len(failures)), *map(Text, cells))
    return table


def details(service: str, failure: Failure) -> str:
    """Return all that a message says, for people."""
    known = as_json(failure)
    lines = [
        f"{service} {known['messageId']}",
        f"  Origin    {known['origin']}",
        f"  Function  {failure.function} ({known['target'] or 'not said'})",
        f"  Event     {known['event']}",
        f"  Error     {known['error']}",
        f"  Failed    {known['failedAt']}, attempts: {known['attempts'] or 'not said'}",
    ]
    if failure.obstacle:
        lines.append(f"  Redrive   cannot run it again: {failure.obstacle}")
    elif failure.batch:
        lines.append(
            "  Redrive   fetches the records from the stream, which keeps them for 24 hours"
        )
    for name, value in known["attributes"].items():
        lines.append(f"  {name}: {value}")
    return "\n".join([*lines, json.dumps(known["message"], indent=2, ensure_ascii=False)])


def counted(waiting: dict[str, list[Failure]], hidden: dict[str, int]) -> list[dict[str, Any]]:
    """Return what waits in each chain, for a machine."""
    return [
        {
            "service": service,
            "waiting": len(failures),
            "hidden": hidden[service],
            "oldest": min((as_json(each)["failedAt"] for each in failures), default=None),
            "latestError": max(failures, key=lambda each: each.failed_at).error
            if failures
            else None,
        }
        for service, failures in sorted(waiting.items())
    ]


def possible_of(wanted: list[Failure]) -> dict[str, Any]:
    """Return what a redrive would run, for a machine."""
    return {
        "possible": [each.message.id for each in wanted if each.obstacle is None],
        "impossible": [
            {"messageId": each.message.id, "reason": each.obstacle}
            for each in wanted
            if each.obstacle is not None
        ],
    }


def ended(result: Result) -> dict[str, Any]:
    """Return what a redrive has done, for a machine."""
    return {
        "redriven": result.redriven,
        "left": result.left,
        "failed": [
            {"messageId": failure.message.id, "reason": reason} for failure, reason in result.failed
        ],
    }


def line(failure: Failure) -> str:
    """Return which message, which event and which function, in a line."""
    return f"{failure.message.id}  {failure.event} → {failure.function}"


def shortened(reason: str) -> str:
    """Return a reason as one line of bounded length."""
    plain = " ".join(reason.split())
    return plain if len(plain) <= LONGEST_REASON else f"{plain[: LONGEST_REASON - 1]}…"


def age(now: datetime, then: datetime) -> str:
    """Return how long ago something was, in its largest unit: `3 h`."""
    seconds = max(0, int((now - then).total_seconds()))
    for unit, size in UNITS:
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return "0 s"
