from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from vouchers.adapters.purchase_table import PurchaseTable
from vouchers.adapters.voucher_table import VoucherTable
from vouchers.domain.purchase import Taken
from vouchers.domain.voucher import Voucher, VoucherStatus, new_voucher_id
from vouchers.domain.vouchers import Standing, UnknownVoucherError

from tests.unit.lambda_src.vouchers.samples import (
    CODE,
    FAILED,
    ISSUED,
    LATER,
    MAILED,
    NOW,
    PAID,
    purchase,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ID = "voucher-k1"


@pytest.fixture
def table(client: "DynamoDBClient") -> VoucherTable:
    return VoucherTable.from_environment()


def buy(client: "DynamoDBClient", key: str = "k1", *, user_id: str = "user-2") -> Voucher:
    purchases = PurchaseTable(client, "vouchers")
    bought = replace(purchase(key, user_id=user_id))
    purchases.start(bought)
    purchases.complete(bought, payment=Taken("p"), code=CODE, now=NOW)
    return bought.voucher()


def test_a_voucher_is_found_by_its_owner_alone(
    table: VoucherTable, client: "DynamoDBClient"
) -> None:
    bought = buy(client)

    assert table.get("user-2", ID) == bought
    assert table.code("user-2", ID) == CODE
    for read in (table.get, table.code):
        with pytest.raises(UnknownVoucherError, match="there is no voucher"):
            read("user-3", ID)


@pytest.mark.parametrize("limit", [1, 3, 10, 11])
def test_the_pages_hold_a_users_vouchers_once_newest_first(
    table: VoucherTable, client: "DynamoDBClient", limit: int
) -> None:
    purchases = PurchaseTable(client, "vouchers")
    ids = []
    for number in range(10):
        ids.append(new_voucher_id(NOW + timedelta(seconds=number)))
        bought = replace(purchase(f"k{number}"), voucher_id=ids[-1])
        purchases.start(bought)
        purchases.complete(bought, payment=Taken("p"), code=CODE, now=NOW)
    buy(client, "mine", user_id="user-3")

    seen: list[str] = []
    after = None
    for _ in range(11):
        page = table.page("user-2", limit=limit, after=after)
        assert len(page.vouchers) <= limit
        seen += [voucher.voucher_id for voucher in page.vouchers]
        after = page.last_id
        if after is None:
            break

    assert seen == ids[::-1]


def test_a_status_goes_forward_and_never_back(
    table: VoucherTable, client: "DynamoDBClient"
) -> None:
    buy(client)
    seen: list[VoucherStatus] = []
    for to in (ISSUED, ISSUED, MAILED, ISSUED, MAILED):
        table.advance("user-2", ID, to, now=LATER)
        seen.append(table.get("user-2", ID).status)

    assert seen == [ISSUED, ISSUED, MAILED, MAILED, MAILED]
    assert table.get("user-2", ID).status_since == LATER


def test_a_status_is_not_left_out(table: VoucherTable, client: "DynamoDBClient") -> None:
    bought = buy(client)

    table.advance("user-2", ID, MAILED, now=LATER)

    assert table.get("user-2", ID) == bought


@pytest.mark.parametrize("to", [ISSUED, MAILED])
def test_what_is_not_there_gets_no_status(
    table: VoucherTable, client: "DynamoDBClient", to: VoucherStatus
) -> None:
    with pytest.raises(UnknownVoucherError):
        table.advance("user-2", ID, to, now=LATER)

    assert client.scan(TableName="vouchers")["Items"] == []


def test_nothing_becomes_paid_by_a_new_status(table: VoucherTable) -> None:
    with pytest.raises(ValueError, match="to must be a status that follows another, got PAID"):
        table.advance("user-2", ID, PAID, now=LATER)


def test_a_voucher_that_is_given_up_goes_no_further_and_then_fails(
    table: VoucherTable, client: "DynamoDBClient"
) -> None:
    bought = buy(client)

    assert table.give_up("user-2", ID, reason="no paper")
    assert table.give_up("user-2", ID, reason="no ink")
    assert not table.advance("user-2", ID, ISSUED, now=LATER)
    assert table.get("user-2", ID) == replace(bought, reason="no paper")
    assert table.standing("user-2", ID) == Standing(PAID, given_up=True)
    for _ in range(2):
        table.fail("user-2", ID, now=LATER)

    failed = replace(bought, status=FAILED, status_since=LATER, reason="no paper")
    assert table.get("user-2", ID) == failed
    for to in (ISSUED, MAILED):
        assert not table.advance("user-2", ID, to, now=LATER)
    assert table.get("user-2", ID) == failed
    (code,) = (
        item
        for item in client.scan(TableName="vouchers")["Items"]
        if item["itemId"]["S"] == f"code#{ID}"
    )
    assert "code" not in code


def test_what_is_mailed_or_not_given_up_does_not_fail(
    table: VoucherTable, client: "DynamoDBClient"
) -> None:
    buy(client)
    with pytest.raises(client.exceptions.TransactionCanceledException):
        table.fail("user-2", ID, now=LATER)
    for to in (ISSUED, MAILED):
        assert table.advance("user-2", ID, to, now=LATER)

    assert not table.give_up("user-2", ID, reason="no paper")
    assert table.standing("user-2", ID) == Standing(MAILED, given_up=False)
    assert table.code("user-2", ID) == CODE
