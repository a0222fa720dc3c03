"""The imports' table as users are forgotten: see `import_items` for what is in it."""

import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Self

from blockwork.runtime.expressions import projection
from blockwork.runtime.tables import TableAdapter
from readings.adapters.import_items import KEYS, key

FORGETTING_ATTRIBUTES = ("file", "parts")


class ForgettingTable(TableAdapter):
    """The port `OwnImports` on DynamoDB."""

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the table which the variable IMPORTS_TABLE names."""
        return cls.named(os.environ["IMPORTS_TABLE"])

    def files_of(self, user_id: str) -> Iterable[tuple[str, Sequence[str]]]:
        """Read all that is kept of the user."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for item in self._items(user_id, FORGETTING_ATTRIBUTES):
            keys = found[_import_id(item["itemId"]["S"])]
            keys += [part["S"] for part in item.get("parts", {"L": []})["L"]]
            if "file" in item:
                keys.append(item["file"]["S"])
        return found.items()

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
