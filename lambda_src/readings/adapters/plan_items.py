"""What the imports' table keeps for the work: the plan of an import, and how far ranges are."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from readings.adapters.import_items import (
    COUNT_ATTRIBUTES,
    EXPIRATION,
    IMPORT,
    RANGES_KEPT,
    epoch,
    range_prefix,
)
from readings.domain.csv_file import Layout
from readings.domain.importing import Progress
from readings.domain.imports import ImportStatus
from readings.domain.planning import Plan, Standing

Item = dict[str, Any]

PLAN_ATTRIBUTES = ("file", "size", "separator", "order", "firstRow")
STANDING_ATTRIBUTES = ("status", "correlationId", "mayWrite", *PLAN_ATTRIBUTES)
PROGRESS_ATTRIBUTES = (*COUNT_ATTRIBUTES, "offset", "lines", "thousandths", "parts")
RANGE_ATTRIBUTES = (*PROGRESS_ATTRIBUTES, "correlationId", EXPIRATION)
"""Which attributes a function may touch, its stack says by the same names."""


def range_id(import_id: str, number: int) -> str:
    """Return the sort key of a range; their numbers sort as text."""
    return f"{range_prefix(import_id)}{number:05}"


def plan_attributes(plan: Plan) -> Item:
    """Return a plan as attributes of its import."""
    return {
        "file": {"S": plan.file},
        "size": {"N": str(plan.size)},
        "separator": {"S": plan.layout.separator},
        "order": {"L": [{"N": str(place)} for place in plan.layout.order]},
        "firstRow": {"N": str(plan.layout.first_row)},
    }


def standing_of(item: Mapping[str, Any]) -> Standing:
    """Return how it stands with an import."""
    return Standing(
        user_id=item["userId"]["S"],
        import_id=item["itemId"]["S"].removeprefix(IMPORT),
        status=ImportStatus(item["status"]["S"]),
        correlation_id=item["correlationId"]["S"],
        plan=_plan_of(item) if "file" in item else None,
        may_write=tuple(each["S"] for each in item["mayWrite"]["L"]),
    )


def progress_item(progress: Progress, *, correlation_id: str, now: datetime) -> Item:
    """Return how far a range of an import has come as the attributes of its item."""
    return {
        "offset": {"N": str(progress.offset)},
        "lines": {"N": str(progress.lines)},
        "accepted": {"N": str(progress.accepted)},
        "rejected": {"N": str(progress.rejected)},
        "thousandths": {"N": str(progress.thousandths)},
        "parts": {"L": [{"S": part} for part in progress.parts]},
        "correlationId": {"S": correlation_id},
        EXPIRATION: epoch(now + RANGES_KEPT),
    }


def progress_of(item: Mapping[str, Any]) -> Progress:
    """Return how far a range has come."""
    return Progress(
        offset=int(item["offset"]["N"]),
        lines=int(item["lines"]["N"]),
        accepted=int(item["accepted"]["N"]),
        rejected=int(item["rejected"]["N"]),
        thousandths=int(item["thousandths"]["N"]),
        parts=tuple(part["S"] for part in item["parts"]["L"]),
    )


def _plan_of(item: Mapping[str, Any]) -> Plan:
    first, second, third, fourth = (int(place["N"]) for place in item["order"]["L"])
    return Plan(
        file=item["file"]["S"],
        size=int(item["size"]["N"]),
        layout=Layout(
            separator=item["separator"]["S"],
            order=(first, second, third, fourth),
            first_row=int(item["firstRow"]["N"]),
        ),
    )
