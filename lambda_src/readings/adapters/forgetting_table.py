"""The imports' table as users are forgotten: see `import_items` for what is in it."""

import os
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Self

from blockwork.runtime.expressions import projection
from blockwork.runtime.tables import TableAdapter
from readings.adapters.import_items import IMPORT, KEYS, key
from readings.domain.forgetting import OwnImport
from readings.domain.imports import ImportStatus

FORGETTING_ATTRIBUTES = ("file", "parts", "status")


class ForgettingTable(TableAdapter):
    """The port `OwnImports` on DynamoDB."""

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the table which the variable IMPORTS_TABLE names."""
        return cls.named(os.environ["IMPORTS_TABLE"])

    def of(self, user_id: str) -> Sequence[OwnImport]:
        """Read all that is kept of the user; ranges of an import that was stopped are one, too."""
        keys: defaultdict[str, list[str]] = defaultdict(list)
        over: set[str] = set()
        for item in self._items(user_id, FORGETTING_ATTRIBUTES):
            import_id = _import_id(item["itemId"]["S"])
            keys[import_id] += [part["S"] for part in item.get("parts", {"L": []})["L"]]
            if "file" in item:
                keys[import_id].append(item["file"]["S"])
            if "status" in item and ImportStatus(item["status"]["S"]).is_final:
                over.add(import_id)
        return [
            OwnImport(import_id=import_id, keys=found, is_over=import_id in over)
            for import_id, found in keys.items()
        ]

    def stop(self, user_id: str, import_id: str) -> bool:
        """Delete the import's item: nobody has begun while its file is awaited."""
        item = key(user_id, IMPORT + import_id)
        try:
            self._client.delete_item(
                TableName=self._name,
                Key=item,
                ConditionExpression="#status = :awaited",
                ExpressionAttributeNames={"#status": "status"},
                ExpressionAttributeValues={":awaited": {"S": ImportStatus.AWAITING_UPLOAD}},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            self._client.delete_item(TableName=self._name, Key=item)
            return True
        return False

    def forget(self, user_id: str, import_id: str) -> None:
        """Delete the import's item first: who works on it stops."""
        items = [
            item["itemId"]["S"]
            for item in self._items(user_id, ())
            if _import_id(item["itemId"]["S"]) == import_id
        ]
        for item_id in sorted(items):
            self._client.delete_item(TableName=self._name, Key=key(user_id, item_id))

    def _items(self, user_id: str, attributes: Sequence[str]) -> list[dict[str, Any]]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._name,
            KeyConditionExpression="userId = :user",
            ExpressionAttributeValues={":user": {"S": user_id}},
            **projection([*KEYS, *attributes]),
            ConsistentRead=True,
        )
        return [dict(item) for page in pages for item in page["Items"]]


def _import_id(item_id: str) -> str:
    return item_id.split("#")[1]
