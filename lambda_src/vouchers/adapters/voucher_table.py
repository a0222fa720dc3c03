"""The vouchers in their table: one item a voucher, one for its code."""

import os
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from blockwork.runtime.expressions import projection
from blockwork.runtime.tables import TableAdapter
from vouchers.adapters.items import (
    CODE,
    CODE_ATTRIBUTES,
    KEYS,
    STANDING_ATTRIBUTES,
    VOUCHER,
    VOUCHER_ATTRIBUTES,
    iso,
    key,
    status_of,
    voucher_of,
)
from vouchers.domain.voucher import Voucher, VoucherCode, VoucherStatus
from vouchers.domain.vouchers import Standing, UnknownVoucherError, VoucherPage

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import QueryInputTypeDef, TransactWriteItemTypeDef

UNFINISHED = {":paid": {"S": VoucherStatus.PAID}, ":issued": {"S": VoucherStatus.ISSUED}}


class VoucherTable(TableAdapter):
    """The port `Vouchers` on DynamoDB."""

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the table which the variable VOUCHERS_TABLE names."""
        return cls.named(os.environ["VOUCHERS_TABLE"])

    def page(self, user_id: str, *, limit: int, after: str | None) -> VoucherPage:
        """Return some of a user's vouchers, newest first, since their ids sort by time."""
        query: QueryInputTypeDef = {
            "TableName": self._name,
            "KeyConditionExpression": "userId = :user AND begins_with(itemId, :voucher)",
            "ExpressionAttributeValues": {":user": {"S": user_id}, ":voucher": {"S": VOUCHER}},
            "ScanIndexForward": False,
            "ConsistentRead": True,
            "Limit": limit,
            **projection([*KEYS, *VOUCHER_ATTRIBUTES]),  # type: ignore[typeddict-item]
        }
        if after is not None:
            query["ExclusiveStartKey"] = key(user_id, VOUCHER + after)
        answer = self._client.query(**query)
        last = answer.get("LastEvaluatedKey")
        return VoucherPage(
            vouchers=tuple(voucher_of(item) for item in answer["Items"]),
            last_id=last["itemId"]["S"].removeprefix(VOUCHER) if last else None,
        )

    def get(self, user_id: str, voucher_id: str) -> Voucher:
        """Return a voucher, as it is after every write that has been answered."""
        return voucher_of(self._item(user_id, VOUCHER, voucher_id, VOUCHER_ATTRIBUTES))

    def standing(self, user_id: str, voucher_id: str) -> Standing:
        """Return how it stands with a voucher, whatever else is in its item."""
        item = self._item(user_id, VOUCHER, voucher_id, STANDING_ATTRIBUTES)
        return Standing(status_of(item), given_up="reason" in item)

    def code(self, user_id: str, voucher_id: str) -> VoucherCode:
        """Return what redeems a voucher."""
        item = self._item(user_id, CODE, voucher_id, CODE_ATTRIBUTES)
        return VoucherCode(item["code"]["S"])

    def advance(self, user_id: str, voucher_id: str, to: VoucherStatus, *, now: datetime) -> bool:
        """Change the status, unless the voucher is there, further or given up already."""
        if to.before is None:
            raise ValueError(f"to must be a status that follows another, got {to}")
        try:
            self._client.update_item(
                TableName=self._name,
                Key=key(user_id, VOUCHER + voucher_id),
                UpdateExpression="SET #status = :to, statusSince = :now",
                ConditionExpression="#status = :before AND attribute_not_exists(reason)",
                ExpressionAttributeNames={"#status": "status"},  # a reserved word of DynamoDB
                ExpressionAttributeValues={
                    ":before": {"S": to.before},
                    ":to": {"S": to},
                    ":now": {"S": iso(now)},
                },
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            standing = self.standing(user_id, voucher_id)
            if standing == Standing(to.before, given_up=False):
                raise
            return not standing.given_up
        return True

    def give_up(self, user_id: str, voucher_id: str, *, reason: str) -> bool:
        """Keep the reason: from then on nobody else changes the voucher."""
        try:
            self._client.update_item(
                TableName=self._name,
                Key=key(user_id, VOUCHER + voucher_id),
                UpdateExpression="SET reason = :reason",
                ConditionExpression="#status IN (:paid, :issued) AND attribute_not_exists(reason)",
                ExpressionAttributeNames={"#status": "status"},
                ExpressionAttributeValues={**UNFINISHED, ":reason": {"S": reason}},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return self.standing(user_id, voucher_id).given_up
        return True

    def fail(self, user_id: str, voucher_id: str, *, now: datetime) -> None:
        """Change the status and take the code away in one transaction."""
        failed: TransactWriteItemTypeDef = {
            "Update": {
                "TableName": self._name,
                "Key": key(user_id, VOUCHER + voucher_id),
                "UpdateExpression": "SET #status = :failed, statusSince = :now",
                "ConditionExpression": "#status IN (:paid, :issued) AND attribute_exists(reason)",
                "ExpressionAttributeNames": {"#status": "status"},
                "ExpressionAttributeValues": {
                    **UNFINISHED,
                    ":failed": {"S": VoucherStatus.FAILED},
                    ":now": {"S": iso(now)},
                },
            }
        }
        worthless: TransactWriteItemTypeDef = {
            "Update": {
                "TableName": self._name,
                "Key": key(user_id, CODE + voucher_id),
                "UpdateExpression": "REMOVE code",
            }
        }
        try:
            self._client.transact_write_items(TransactItems=[failed, worthless])
        except self._client.exceptions.TransactionCanceledException:
            if self.standing(user_id, voucher_id).status is not VoucherStatus.FAILED:
                raise

    def _item(
        self, user_id: str, kind: str, voucher_id: str, attributes: Iterable[str]
    ) -> dict[str, Any]:
        answer = self._client.get_item(
            TableName=self._name,
            Key=key(user_id, kind + voucher_id),
            **projection([*KEYS, *attributes]),
            ConsistentRead=True,
        )
        if "Item" not in answer:
            raise UnknownVoucherError(voucher_id)
        return answer["Item"]
