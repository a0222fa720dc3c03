"""The imports in their table: see `import_items` for what is in it."""

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from blockwork.runtime.expressions import projection, setting
from blockwork.runtime.tables import TableAdapter
from readings.adapters.import_items import (
    COUNT_ATTRIBUTES,
    IMPORT,
    KEYS,
    SHOWN_ATTRIBUTES,
    counts_of,
    import_item,
    import_of_item,
    key,
    range_prefix,
)
from readings.domain.imports import (
    Counts,
    Import,
    ImportPage,
    ImportStatus,
    UnknownImportError,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import QueryInputTypeDef


class ImportTable(TableAdapter):
    """The port `Imports` on DynamoDB."""

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the table which the variable IMPORTS_TABLE names."""
        return cls.named(os.environ["IMPORTS_TABLE"])

    def add(self, new: Import) -> None:
        """Keep a new import under an id that nothing else has."""
        self._client.update_item(TableName=self._name, **setting(import_item(new), key=KEYS))

    def get(self, user_id: str, import_id: str) -> Import:
        """Return an import, as it is after every write that has been answered."""
        answer = self._client.get_item(
            TableName=self._name,
            Key=key(user_id, IMPORT + import_id),
            **projection([*KEYS, *SHOWN_ATTRIBUTES]),
            ConsistentRead=True,
        )
        if "Item" not in answer:
            raise UnknownImportError(import_id)
        return self._so_far(import_of_item(answer["Item"]))

    def page(self, user_id: str, *, limit: int, after: str | None) -> ImportPage:
        """Return some of a user's imports, newest first, since their ids sort by time."""
        query: QueryInputTypeDef = {
            "TableName": self._name,
            "KeyConditionExpression": "userId = :user AND begins_with(itemId, :import)",
            "ExpressionAttributeValues": {":user": {"S": user_id}, ":import": {"S": IMPORT}},
            "ScanIndexForward": False,
            "ConsistentRead": True,
            "Limit": limit,
            **projection([*KEYS, *SHOWN_ATTRIBUTES]),  # type: ignore[typeddict-item]
        }
        if after is not None:
            query["ExclusiveStartKey"] = key(user_id, IMPORT + after)
        answer = self._client.query(**query)
        last = answer.get("LastEvaluatedKey")
        return ImportPage(
            imports=tuple(self._so_far(import_of_item(item)) for item in answer["Items"]),
            last_id=last["itemId"]["S"].removeprefix(IMPORT) if last else None,
        )

    def _so_far(self, shown: Import) -> Import:
        """Return an import that is under way with what its ranges have come to."""
        if shown.status is not ImportStatus.IMPORTING:
            return shown
        pages = self._client.get_paginator("query").paginate(
            TableName=self._name,
            KeyConditionExpression="userId = :user AND begins_with(itemId, :range)",
            ExpressionAttributeValues={
                ":user": {"S": shown.user_id},
                ":range": {"S": range_prefix(shown.import_id)},
            },
            **projection([*KEYS, *COUNT_ATTRIBUTES]),
            ConsistentRead=True,
        )
        ranges = [counts_of(item) for page in pages for item in page["Items"]]
        counts = Counts(
            accepted=sum(each.accepted for each in ranges),
            rejected=sum(each.rejected for each in ranges),
        )
        return replace(shown, counts=counts)
