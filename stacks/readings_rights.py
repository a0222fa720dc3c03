"""What each function of the readings may do to imports: to which of their attributes."""

from collections.abc import Mapping, Sequence

GET, QUERY = "dynamodb:GetItem", "dynamodb:Query"
WRITE, DELETE = "dynamodb:UpdateItem", "dynamodb:DeleteItem"
COUNTS = ("accepted", "rejected")
SINCE = ("status", "statusSince")
SHOWN = (*COUNTS, *SINCE, "reason", "filename", "createdAt", "correlationId")
NEW = (*SINCE, "filename", "createdAt", "correlationId", "mayWrite", "expiration")
PLAN = ("file", "size", "separator", "order", "firstRow")
STANDING = ("status", "correlationId", "mayWrite", *PLAN)
PROGRESS = (*COUNTS, "offset", "lines", "thousandths", "parts")
STATUS = (*SINCE, "expiration")
IMPORT_RIGHTS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "create_import": {WRITE: NEW},
    "list_imports": {QUERY: SHOWN},
    "get_import": {GET: SHOWN, QUERY: COUNTS},
    "plan_import": {GET: STANDING, WRITE: (*STATUS, "reason", *PLAN)},
    "import_range": {
        GET: (*STANDING, *PROGRESS),
        QUERY: PROGRESS,
        WRITE: (*PROGRESS, "correlationId", "expiration"),
    },
    "finish_import": {GET: STANDING, QUERY: PROGRESS, WRITE: (*STATUS, *COUNTS)},
    "forget_user": {QUERY: ("file", "parts", "status"), DELETE: ("status",)},
}
"""What each function may do to which attributes of imports, as `readings.adapters` names them."""
