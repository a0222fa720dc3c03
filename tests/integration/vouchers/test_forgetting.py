"""Addresses are taken out of what is done, and nothing else is touched."""

from typing import TYPE_CHECKING, Any

import pytest
from vouchers.adapters.forgetting_table import ForgettingTable
from vouchers.adapters.purchase_table import PurchaseTable
from vouchers.adapters.voucher_table import VoucherTable
from vouchers.domain.forgetting import NOBODY
from vouchers.domain.purchase import Purchase, Taken
from vouchers.domain.voucher import VoucherStatus

from tests.unit.lambda_src.vouchers.samples import CODE, LATER, purchase

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Items = dict[str, dict[str, Any]]


@pytest.fixture
def table(client: "DynamoDBClient") -> PurchaseTable:
    return PurchaseTable(client, "vouchers")


def buy(table: PurchaseTable, bought: Purchase, status: VoucherStatus) -> None:
    table.start(bought)
    table.complete(bought, payment=Taken("payment-1"), code=CODE, now=LATER)
    for next_one in (VoucherStatus.ISSUED, VoucherStatus.MAILED):
        if status is not VoucherStatus.PAID and (
            next_one is VoucherStatus.ISSUED or status is VoucherStatus.MAILED
        ):
            VoucherTable.from_environment().advance(
                bought.user_id, bought.voucher_id, next_one, now=LATER
            )


def items(client: "DynamoDBClient", user_id: str = "user-2") -> Items:
    found = client.scan(TableName="vouchers")["Items"]
    return {item["itemId"]["S"]: item for item in found if item["userId"]["S"] == user_id}


def forget() -> None:
    ForgettingTable.from_environment().forget("user-2")


def anonymous(kept: Items) -> Items:
    address = {"recipientEmail": {"S": str(NOBODY)}}
    return {
        name: item | (address if "recipientEmail" in item else {}) for name, item in kept.items()
    }


def test_of_a_voucher_that_is_mailed_all_stays_but_the_address(
    client: "DynamoDBClient", table: PurchaseTable
) -> None:
    buy(table, purchase(), VoucherStatus.MAILED)
    before = items(client)

    forget()

    assert items(client) == anonymous(before) != before
    assert len(before) == 4
    forget()
    assert items(client) == anonymous(before)


@pytest.mark.parametrize("status", [VoucherStatus.PAID, VoucherStatus.ISSUED])
def test_a_voucher_that_is_owed_to_somebody_still_is(
    client: "DynamoDBClient", table: PurchaseTable, status: VoucherStatus
) -> None:
    buy(table, purchase(), status)
    voucher_id = f"voucher#{purchase().voucher_id}"
    before = items(client)

    forget()

    after = items(client)
    assert after[voucher_id] == before[voucher_id]
    assert after["key#k1"] == anonymous(before)["key#k1"]


def test_a_purchase_that_is_under_way_is_left_alone_until_its_end(
    client: "DynamoDBClient", table: PurchaseTable
) -> None:
    table.start(purchase())
    before = items(client)

    forget()
    assert items(client) == before
    table.decline(purchase())
    before = items(client)
    forget()
    assert items(client) == anonymous(before) != before


def test_nobody_elses_purchases_are_touched(client: "DynamoDBClient", table: PurchaseTable) -> None:
    buy(table, purchase(), VoucherStatus.MAILED)
    client_items = items(client)
    for item in client_items.values():
        client.put_item(TableName="vouchers", Item=item | {"userId": {"S": "user-3"}})
    others = items(client, "user-3")

    forget()

    assert items(client, "user-3") == others


def test_of_who_has_bought_nothing_nothing_is_made(client: "DynamoDBClient") -> None:
    forget()

    assert items(client) == {}
