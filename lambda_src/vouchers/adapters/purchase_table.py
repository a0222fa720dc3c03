"""The purchases in the vouchers' table: one item an Idempotency-Key."""

import os
import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from botocore.exceptions import BotoCoreError, ClientError

from blockwork.runtime.expressions import projection, setting
from blockwork.runtime.observability import logger
from blockwork.runtime.tables import TableAdapter
from blockwork.runtime.versions import was_repeated
from vouchers.adapters.hours import count
from vouchers.adapters.items import (
    CODE,
    EXPIRATION,
    HOUR,
    KEY,
    KEYS,
    PAYMENT,
    PURCHASE_ATTRIBUTES,
    epoch,
    iso,
    key,
    order_attributes,
    order_of,
    texts,
    voucher_item,
)
from vouchers.domain.purchase import (
    PaymentUnknownError,
    Purchase,
    PurchaseFailedError,
    PurchaseOvertakenError,
    PurchaseState,
    Taken,
    TooManyPurchasesError,
)
from vouchers.domain.voucher import VoucherCode, VoucherStatus

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

TRANSACTION_TRIES = 4
FIRST_PAUSE = 0.05
REMEMBERED = timedelta(days=40)
"""For how long a key stands for its purchase: longer than the failure chain keeps one (14 days)."""
IS_NEW = "attribute_not_exists(itemId)"


class PurchaseTable(TableAdapter):
    """The port `Purchases` on DynamoDB.

    :param client: a DynamoDB client.
    :param name: the table's name.
    :param sleep: waits some seconds. Default: really.
    """

    def __init__(
        self,
        client: "DynamoDBClient",
        name: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(client, name)
        self._sleep = sleep

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the table which the variable VOUCHERS_TABLE names."""
        return cls.named(os.environ["VOUCHERS_TABLE"])

    def start(self, purchase: Purchase) -> Purchase:
        """Keep a new purchase, or return the one that is there."""
        item = {
            **_key(purchase),
            **order_attributes(purchase.order),
            "voucherId": {"S": purchase.voucher_id},
            "state": {"S": purchase.state},
            "startedAt": {"S": iso(purchase.started_at)},
            "leaseUntil": {"S": iso(purchase.lease_until)},
            "correlationId": {"S": purchase.correlation_id},
            EXPIRATION: epoch(purchase.started_at + REMEMBERED),
        }
        try:
            self._client.update_item(**self._new(item))
        except self._client.exceptions.ConditionalCheckFailedException:
            kept = self.find(purchase.user_id, purchase.key)
            if kept is None:
                raise
            return kept
        return purchase

    def allow(self, user_id: str, idempotency_key: str, *, limit: int, now: datetime) -> None:
        """Count the key in this hour; a repeated request may."""
        left = count(
            self._client,
            self._name,
            user_id=user_id,
            what=HOUR,
            once=idempotency_key,
            limit=limit,
            now=now,
        )
        if left is not None:
            raise TooManyPurchasesError(limit, left)

    def find(self, user_id: str, idempotency_key: str) -> Purchase | None:
        """Return what is known of a key, as it is after every write that has been answered."""
        answer = self._client.get_item(
            TableName=self._name,
            Key=key(user_id, KEY + idempotency_key),
            **projection([*KEYS, *PURCHASE_ATTRIBUTES]),
            ConsistentRead=True,
        )
        return _purchase(answer["Item"]) if "Item" in answer else None

    def take_over(self, purchase: Purchase, *, lease_until: datetime) -> Purchase:
        """Give a purchase a new lease, if it has the one in `purchase` still."""
        try:
            self._lease(purchase, until=lease_until)
        except self._client.exceptions.ConditionalCheckFailedException as error:
            mine = replace(purchase, lease_until=lease_until)
            # botocore repeats what was written and had no answer: then the lease is ours.
            if not was_repeated(error.response) or self.find(mine.user_id, mine.key) != mine:
                raise PurchaseOvertakenError from error
        return replace(purchase, lease_until=lease_until)

    def release(self, purchase: Purchase, *, now: datetime) -> None:
        """End the lease; where that fails it runs out by itself."""
        try:
            self._lease(purchase, until=now)
        except (BotoCoreError, ClientError) as error:
            logger.warning("the lease of a purchase stays until its end", reason=str(error))

    def decline(self, purchase: Purchase) -> None:
        """Write down that the provider refused, unless the purchase has come to another end."""
        try:
            self._client.update_item(
                TableName=self._name,
                Key=_key(purchase),
                UpdateExpression="SET #state = :declined",
                ConditionExpression="#state = :started",
                ExpressionAttributeNames={"#state": "state"},
                ExpressionAttributeValues={
                    ":declined": {"S": PurchaseState.DECLINED},
                    ":started": {"S": PurchaseState.STARTED},
                },
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            logger.info("the purchase has come to its end already")

    def complete(
        self, purchase: Purchase, *, payment: Taken, code: VoucherCode, now: datetime
    ) -> None:
        """Keep everything in one transaction; whoever comes second finds the purchase DONE."""
        user, voucher_id = purchase.user_id, purchase.voucher_id
        new_items = [
            voucher_item(replace(purchase.voucher(), status_since=now)),
            {**key(user, CODE + voucher_id), "code": {"S": str(code)}},
            {
                **key(user, PAYMENT + voucher_id),
                **order_attributes(purchase.order),
                "paymentId": {"S": payment.payment_id},
                "idempotencyKey": {"S": purchase.key},
            },
        ]
        # A payment that was taken wins over a refusal before it.
        before = (PurchaseState.STARTED, PurchaseState.DECLINED)
        if self._end(purchase, PurchaseState.DONE, before, new_items) is PurchaseState.FAILED:
            raise PurchaseFailedError

    def fail(self, purchase: Purchase, *, reason: str, now: datetime) -> None:
        """Keep both in one transaction; whoever comes second finds the purchase at its end."""
        failed = replace(
            purchase.voucher(), status=VoucherStatus.FAILED, reason=reason, status_since=now
        )
        self._end(purchase, PurchaseState.FAILED, (PurchaseState.STARTED,), [voucher_item(failed)])

    def _end(
        self,
        purchase: Purchase,
        state: PurchaseState,
        before: tuple[PurchaseState, ...],
        new_items: list[dict[str, Any]],
    ) -> PurchaseState:
        """Bring a purchase from a state before to its end, with new items; return which it has."""
        transaction = self._ending(purchase, state, before, new_items)
        reason: Exception | None = None
        for attempt in range(TRANSACTION_TRIES):
            if attempt:
                self._sleep(FIRST_PAUSE * 2**attempt * random.uniform(0.5, 1))
            try:
                self._client.transact_write_items(TransactItems=transaction)
                return state
            except self._client.exceptions.TransactionCanceledException as error:
                # Either somebody was quicker, or two transactions met: the item says which.
                reason = error
                kept = self._state_of(purchase)
                if kept is not None and kept not in before:
                    return kept
            except (BotoCoreError, ClientError) as error:
                reason = error
                break
        logger.error("the end of a purchase is not kept yet", state=state, reason=str(reason))
        raise PaymentUnknownError from reason

    def _lease(self, purchase: Purchase, *, until: datetime) -> None:
        self._client.update_item(
            TableName=self._name,
            Key=_key(purchase),
            UpdateExpression="SET leaseUntil = :until",
            ConditionExpression="#state = :started AND leaseUntil = :mine",
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues={
                ":until": {"S": iso(until)},
                ":started": {"S": PurchaseState.STARTED},
                ":mine": {"S": iso(purchase.lease_until)},
            },
        )

    def _state_of(self, purchase: Purchase) -> PurchaseState | None:
        try:
            kept = self.find(purchase.user_id, purchase.key)
        except (BotoCoreError, ClientError) as error:
            raise PaymentUnknownError from error
        return kept.state if kept else None

    def _ending(
        self,
        purchase: Purchase,
        state: PurchaseState,
        before: tuple[PurchaseState, ...],
        new_items: list[dict[str, Any]],
    ) -> "list[TransactWriteItemTypeDef]":
        marks = {f":before{n}": {"S": one} for n, one in enumerate(before)}
        ended: TransactWriteItemTypeDef = {
            "Update": {
                "TableName": self._name,
                "Key": _key(purchase),
                "UpdateExpression": "SET #state = :state",
                "ConditionExpression": f"#state IN ({', '.join(marks)})",
                "ExpressionAttributeNames": {"#state": "state"},
                "ExpressionAttributeValues": {":state": {"S": state}, **marks},
            }
        }
        added: list[TransactWriteItemTypeDef] = [{"Update": self._new(item)} for item in new_items]
        return [ended, *added]

    def _new(self, item: dict[str, Any]) -> Any:  # noqa: ANN401
        """Return the request that makes an item, never in the place of another."""
        update = setting(item, key=KEYS)
        return {"TableName": self._name, **update, "ConditionExpression": IS_NEW}


def _key(purchase: Purchase) -> dict[str, Any]:
    return key(purchase.user_id, KEY + purchase.key)


def _purchase(item: dict[str, Any]) -> Purchase:
    text = texts(item)
    return Purchase(
        user_id=text["userId"],
        key=text["itemId"].removeprefix(KEY),
        voucher_id=text["voucherId"],
        order=order_of(text),
        state=PurchaseState(text["state"]),
        started_at=datetime.fromisoformat(text["startedAt"]),
        lease_until=datetime.fromisoformat(text["leaseUntil"]),
        correlation_id=text["correlationId"],
    )
