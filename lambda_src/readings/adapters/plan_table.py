"""The imports' table as the work on imports sees it: see `import_items` for what is in it."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Self

from blockwork.runtime.expressions import projection, setting
from blockwork.runtime.tables import TableAdapter
from readings.adapters.import_items import EXPIRATION, IMPORT, KEYS, iso, key, range_prefix
from readings.adapters.plan_items import (
    PROGRESS_ATTRIBUTES,
    STANDING_ATTRIBUTES,
    plan_attributes,
    progress_item,
    progress_of,
    range_id,
    standing_of,
)
from readings.domain.csv_file import Range
from readings.domain.finishing import all_done
from readings.domain.importing import Progress
from readings.domain.imports import Counts, ImportStatus
from readings.domain.planning import Plan, Standing


class PlanTable(TableAdapter):
    """The ports `Plans` and `Endings` on DynamoDB."""

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the table which the variable IMPORTS_TABLE names."""
        return cls.named(os.environ["IMPORTS_TABLE"])

    def standing(self, user_id: str, import_id: str) -> Standing | None:
        """Read the import's item."""
        item = self._item(key(user_id, IMPORT + import_id), STANDING_ATTRIBUTES)
        return None if item is None else standing_of(item)

    def start(self, standing: Standing, plan: Plan, *, now: datetime) -> None:
        """Keep the plan, and the import for good."""
        self._change(
            standing,
            ImportStatus.AWAITING_UPLOAD,
            {
                "status": {"S": ImportStatus.IMPORTING},
                "statusSince": {"S": iso(now)},
                **plan_attributes(plan),
            },
        )

    def fail(self, standing: Standing, *, reason: str, now: datetime) -> None:
        """Keep the reason, and the import for good."""
        self._change(
            standing,
            ImportStatus.AWAITING_UPLOAD,
            {
                "status": {"S": ImportStatus.FAILED},
                "statusSince": {"S": iso(now)},
                "reason": {"S": reason},
            },
        )

    def end(self, standing: Standing, counts: Counts, *, now: datetime) -> None:
        """Keep the numbers."""
        self._change(
            standing,
            ImportStatus.IMPORTING,
            {
                "status": {"S": ImportStatus.IMPORTED},
                "statusSince": {"S": iso(now)},
                "accepted": {"N": str(counts.accepted)},
                "rejected": {"N": str(counts.rejected)},
            },
        )

    def progress(self, standing: Standing) -> Mapping[int, Progress]:
        """Read the items of all ranges that have one."""
        prefix = range_prefix(standing.import_id)
        pages = self._client.get_paginator("query").paginate(
            TableName=self._name,
            KeyConditionExpression="userId = :user AND begins_with(itemId, :range)",
            ExpressionAttributeValues={
                ":user": {"S": standing.user_id},
                ":range": {"S": prefix},
            },
            **projection([*KEYS, *PROGRESS_ATTRIBUTES]),
            ConsistentRead=True,
        )
        return {
            int(item["itemId"]["S"].removeprefix(prefix)): progress_of(item)
            for page in pages
            for item in page["Items"]
        }

    def is_worked_off(self, standing: Standing) -> bool:
        """Whether all ranges of an import are done."""
        progress = self.progress(standing)
        return standing.plan is not None and all_done(standing.plan.ranges, progress)

    def of_ranges(self, standing: Standing) -> "RangeProgress":
        """Return the port `ProgressStore` for one import."""
        return RangeProgress(self, standing)

    def range_progress(self, standing: Standing, range_: Range) -> Progress | None:
        """Read the item of one range."""
        item_id = range_id(standing.import_id, range_.number)
        item = self._item(key(standing.user_id, item_id), PROGRESS_ATTRIBUTES)
        return None if item is None else progress_of(item)

    def save_range(
        self, standing: Standing, range_: Range, progress: Progress, *, since: int | None
    ) -> bool:
        """Write the item of one range, if it is as it was seen."""
        item_id = range_id(standing.import_id, range_.number)
        item = {
            **key(standing.user_id, item_id),
            **progress_item(
                progress, correlation_id=standing.correlation_id, now=datetime.now(UTC)
            ),
        }
        update = setting(item, key=KEYS)
        if since is None:
            update["ConditionExpression"] = "attribute_not_exists(#offset)"
        else:
            update["ConditionExpression"] = "#offset = :since"
            update["ExpressionAttributeValues"][":since"] = {"N": str(since)}
        try:
            self._client.update_item(TableName=self._name, **update)
        except self._client.exceptions.ConditionalCheckFailedException:
            # botocore repeats what had no answer: then what is there is ours.
            return self.range_progress(standing, range_) == progress
        return True

    def _change(self, standing: Standing, before: ImportStatus, attributes: dict[str, Any]) -> None:
        """Change an import in one step, unless it is further already."""
        item = {**key(standing.user_id, IMPORT + standing.import_id), **attributes}
        update = setting(item, key=KEYS)
        update["UpdateExpression"] += f" REMOVE {EXPIRATION}"
        update["ConditionExpression"] = "#status = :before"
        update["ExpressionAttributeValues"][":before"] = {"S": before}
        try:
            self._client.update_item(TableName=self._name, **update)
        except self._client.exceptions.ConditionalCheckFailedException:
            return

    def _item(self, item_key: dict[str, Any], attributes: tuple[str, ...]) -> dict[str, Any] | None:
        answer = self._client.get_item(
            TableName=self._name,
            Key=item_key,
            **projection([*KEYS, *attributes]),
            ConsistentRead=True,
        )
        return answer.get("Item")


class RangeProgress:
    """The port `ProgressStore` for one import.

    :param table: where it is saved.
    :param standing: of the import.
    """

    def __init__(self, table: PlanTable, standing: Standing) -> None:
        self._table = table
        self._standing = standing

    def load(self, range_: Range) -> Progress | None:
        """Read the range's item."""
        return self._table.range_progress(self._standing, range_)

    def save(self, range_: Range, progress: Progress, *, since: int | None) -> bool:
        """Write the range's item, if it is as it was seen."""
        return self._table.save_range(self._standing, range_, progress, since=since)
