"""The items of the imports' table: partition key `userId`, sort key `itemId`.

`import#<importId>` is an import; `range#<importId>#00001` and so on say how far the ranges of its
file have come. An import that is not uploaded, and every range, go after their `expiration`.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from readings.domain.imports import Counts, Filename, Import, ImportStatus

Item = dict[str, Any]

IMPORT = "import#"
RANGE = "range#"
KEYS = ("userId", "itemId")
EXPIRATION = "expiration"
COUNT_ATTRIBUTES = ("accepted", "rejected")
SHOWN_ATTRIBUTES = (
    *COUNT_ATTRIBUTES,
    "status",
    "statusSince",
    "reason",
    "filename",
    "createdAt",
    "correlationId",
)
NEW_ATTRIBUTES = (
    "status",
    "statusSince",
    "filename",
    "createdAt",
    "correlationId",
    "mayWrite",
    EXPIRATION,
)
"""Which attributes a function may touch, its stack says by the same names."""

UPLOAD_TAKES = timedelta(days=1)
"""Far more than the offer is good for and a slow connection takes; then the import is forgotten."""
RANGES_KEPT = timedelta(days=40)
"""Longer than the failure chain keeps what may be brought back (14 days)."""


def key(user_id: str, item_id: str) -> Item:
    """Return the key of an item."""
    return {"userId": {"S": user_id}, "itemId": {"S": item_id}}


def range_prefix(import_id: str) -> str:
    """Return what the ranges of an import begin with."""
    return f"{RANGE}{import_id}#"


def iso(moment: datetime) -> str:
    """Return a time as text that sorts by time, too."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def epoch(moment: datetime) -> Item:
    """Return a time as DynamoDB's time to live wants it."""
    return {"N": str(math.ceil(moment.timestamp()))}


def import_item(new: Import) -> Item:
    """Return a new import as an item."""
    return {
        **key(new.user_id, IMPORT + new.import_id),
        "filename": {"S": new.filename},
        "status": {"S": new.status},
        "statusSince": {"S": iso(new.status_since)},
        "createdAt": {"S": iso(new.created_at)},
        "correlationId": {"S": new.correlation_id},
        "mayWrite": {"L": [{"S": each} for each in new.may_write]},
        EXPIRATION: epoch(new.created_at + UPLOAD_TAKES),
    }


def import_of_item(item: Mapping[str, Any]) -> Import:
    """Return the import in an item, of the table or of its stream."""
    text = {name: value["S"] for name, value in item.items() if "S" in value}
    return Import(
        user_id=text["userId"],
        import_id=text["itemId"].removeprefix(IMPORT),
        filename=Filename(text["filename"]),
        status=ImportStatus(text["status"]),
        status_since=datetime.fromisoformat(text["statusSince"]),
        created_at=datetime.fromisoformat(text["createdAt"]),
        correlation_id=text["correlationId"],
        may_write=tuple(each["S"] for each in item.get("mayWrite", {"L": []})["L"]),
        counts=counts_of(item),
        reason=text.get("reason"),
    )


def is_import(item: Mapping[str, Any]) -> bool:
    """Whether an item is that of an import."""
    return bool(item["itemId"]["S"].startswith(IMPORT))


def is_range(item: Mapping[str, Any]) -> bool:
    """Whether an item says how far a range has come."""
    return bool(item["itemId"]["S"].startswith(RANGE))


def counts_of(item: Mapping[str, Any]) -> Counts:
    """Return the numbers in an item, of an import or a range."""
    accepted, rejected = (int(item[name]["N"]) if name in item else 0 for name in COUNT_ATTRIBUTES)
    return Counts(accepted=accepted, rejected=rejected)
