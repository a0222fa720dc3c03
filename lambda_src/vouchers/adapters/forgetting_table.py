"""The vouchers' table as addresses are taken out of it: see `items` for what is in it."""

import os
from collections.abc import Mapping
from typing import Self

from blockwork.runtime.expressions import projection
from blockwork.runtime.tables import TableAdapter
from vouchers.adapters.items import CODE, KEY, KEYS, PAYMENT, VOUCHER, key, texts
from vouchers.domain.forgetting import NOBODY
from vouchers.domain.purchase import PurchaseState
from vouchers.domain.voucher import VoucherStatus

OWED = {VoucherStatus.PAID, VoucherStatus.ISSUED}
FORGETTING_ATTRIBUTES = ("status", "state", "recipientEmail")


class ForgettingTable(TableAdapter):
    """The port `Recipients` on DynamoDB."""

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the table which the variable VOUCHERS_TABLE names."""
        return cls.named(os.environ["VOUCHERS_TABLE"])

    def forget(self, user_id: str) -> None:
        """Overwrite one attribute: who may write no other can spoil no other."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._name,
            KeyConditionExpression="userId = :user",
            ExpressionAttributeValues={":user": {"S": user_id}},
            **projection([*KEYS, *FORGETTING_ATTRIBUTES]),
            ConsistentRead=True,
        )
        items = [texts(item) for page in pages for item in page["Items"]]
        owed = {_voucher_id(item) for item in items if _is_owed(item)}
        for item in items:
            has_address = item.get("recipientEmail", NOBODY) != NOBODY
            if has_address and _voucher_id(item) not in owed and not _is_under_way(item):
                self._overwrite(user_id, item["itemId"])

    def _overwrite(self, user_id: str, item_id: str) -> None:
        self._client.update_item(
            TableName=self._name,
            Key=key(user_id, item_id),
            UpdateExpression="SET recipientEmail = :nobody",
            ConditionExpression="attribute_exists(recipientEmail)",
            ExpressionAttributeValues={":nobody": {"S": NOBODY}},
        )


def _voucher_id(item: Mapping[str, str]) -> str:
    kind, _, id_ = item["itemId"].partition("#")
    return id_ if f"{kind}#" in (VOUCHER, PAYMENT, CODE) else ""


def _is_owed(item: Mapping[str, str]) -> bool:
    return item["itemId"].startswith(VOUCHER) and item["status"] in OWED


def _is_under_way(item: Mapping[str, str]) -> bool:
    return item["itemId"].startswith(KEY) and item["state"] == PurchaseState.STARTED
