"""Each step of a purchase is one atomic step in the table."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import EndpointConnectionError
from vouchers.adapters.purchase_table import PurchaseTable
from vouchers.adapters.voucher_table import VoucherTable
from vouchers.domain.purchase import (
    PaymentUnknownError,
    Purchase,
    PurchaseFailedError,
    PurchaseOvertakenError,
    PurchaseState,
    Taken,
)
from vouchers.domain.voucher import VoucherCode

from tests.unit.lambda_src.vouchers.samples import CODE, FAILED, LATER, NOW, order, purchase

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

OTHER_CODE = VoucherCode("3467-9ACD-EFHJ-KMNP-RTVW")
PAYMENT = Taken("payment-1")


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def table(client: "DynamoDBClient", pauses: list[float]) -> PurchaseTable:
    return PurchaseTable(client, "vouchers", sleep=pauses.append)


def items(client: "DynamoDBClient") -> list[str]:
    return sorted(item["itemId"]["S"] for item in client.scan(TableName="vouchers")["Items"])


def state(table: PurchaseTable) -> PurchaseState:
    kept = table.find("user-2", "k1")
    assert kept is not None
    return kept.state


def complete(table: PurchaseTable, code: VoucherCode = CODE) -> None:
    table.complete(purchase(), payment=PAYMENT, code=code, now=LATER)


def test_a_purchase_comes_back_as_it_went_in(table: PurchaseTable) -> None:
    assert table.start(purchase()) == purchase()
    assert table.find("user-2", "k1") == purchase()


def test_what_nobody_started_is_not_found(table: PurchaseTable) -> None:
    table.start(purchase())

    assert table.find("user-2", "k2") is None
    assert table.find("user-3", "k1") is None


def test_whoever_starts_second_gets_what_the_first_one_started(table: PurchaseTable) -> None:
    table.start(purchase())

    second = replace(purchase(), voucher_id="other", order=order("99.00"), started_at=LATER)
    assert table.start(second) == purchase()
    assert table.find("user-2", "k1") == purchase()


def test_a_lease_goes_to_one_of_two(table: PurchaseTable) -> None:
    table.start(purchase())

    mine = table.take_over(purchase(), lease_until=LATER)

    assert mine == replace(purchase(), lease_until=LATER) == table.find("user-2", "k1")
    with pytest.raises(PurchaseOvertakenError):
        table.take_over(purchase(), lease_until=LATER + timedelta(seconds=1))


def test_a_released_lease_ends_now_and_only_the_own_one_is_released(table: PurchaseTable) -> None:
    table.start(purchase())
    table.release(purchase(), now=NOW)
    kept = table.find("user-2", "k1")
    assert kept == replace(purchase(), lease_until=NOW)

    taken = table.take_over(kept, lease_until=LATER)
    table.release(purchase(), now=NOW)
    assert table.find("user-2", "k1") == taken


def test_completing_keeps_everything_at_once(
    table: PurchaseTable, client: "DynamoDBClient"
) -> None:
    table.start(purchase())

    complete(table)

    assert items(client) == [
        "code#voucher-k1",
        "key#k1",
        "payment#voucher-k1",
        "voucher#voucher-k1",
    ]
    assert state(table) is PurchaseState.DONE
    vouchers = VoucherTable(client, "vouchers")
    assert vouchers.get("user-2", "voucher-k1") == replace(purchase().voucher(), status_since=LATER)
    assert vouchers.code("user-2", "voucher-k1") == CODE
    payment = client.get_item(
        TableName="vouchers",
        Key={"userId": {"S": "user-2"}, "itemId": {"S": "payment#voucher-k1"}},
    )["Item"]
    assert (payment["paymentId"]["S"], payment["amount"]["S"]) == ("payment-1", "25.00")


def test_the_code_is_in_no_item_but_its_own(table: PurchaseTable, client: "DynamoDBClient") -> None:
    table.start(purchase())
    complete(table)

    holders = [
        item["itemId"]["S"]
        for item in client.scan(TableName="vouchers")["Items"]
        if CODE in str(item)
    ]
    assert holders == ["code#voucher-k1"]


def test_completing_twice_changes_nothing(
    table: PurchaseTable, client: "DynamoDBClient", pauses: list[float]
) -> None:
    table.start(purchase())
    complete(table)
    before = client.scan(TableName="vouchers")["Items"]

    complete(table, OTHER_CODE)

    assert client.scan(TableName="vouchers")["Items"] == before
    assert pauses == []


def test_a_declined_purchase_stays_declined_and_a_done_one_done(table: PurchaseTable) -> None:
    table.start(purchase())
    table.decline(purchase())
    table.decline(purchase())
    assert state(table) is PurchaseState.DECLINED
    with pytest.raises(PurchaseOvertakenError):
        table.take_over(purchase(), lease_until=LATER)

    complete(table)
    table.decline(purchase())
    assert state(table) is PurchaseState.DONE


def test_a_transaction_that_meets_another_is_tried_again(
    table: PurchaseTable, client: "DynamoDBClient", pauses: list[float]
) -> None:
    table.start(purchase())
    conflicts = 2

    def conflict(**_: Any) -> None:
        nonlocal conflicts
        if conflicts:
            conflicts -= 1
            raise client.exceptions.TransactionCanceledException(
                {"Error": {"Code": "TransactionCanceledException", "Message": "Conflict"}},
                "TransactWriteItems",
            )

    client.meta.events.register("before-parameter-build.dynamodb.TransactWriteItems", conflict)
    complete(table)

    assert state(table) is PurchaseState.DONE
    assert len(pauses) == 2


def test_a_transaction_that_cannot_be_kept_leaves_the_outcome_unknown(
    table: PurchaseTable, client: "DynamoDBClient"
) -> None:
    table.start(purchase())

    def fail(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://dynamodb")

    client.meta.events.register("before-parameter-build.dynamodb.TransactWriteItems", fail)
    with pytest.raises(PaymentUnknownError):
        complete(table)

    assert items(client) == ["key#k1"]
    assert state(table) is PurchaseState.STARTED


def test_a_purchase_that_nobody_started_cannot_be_completed(
    table: PurchaseTable, client: "DynamoDBClient"
) -> None:
    with pytest.raises(PaymentUnknownError):
        complete(table)

    assert items(client) == []


def test_releasing_never_hides_what_went_wrong_before(client: "DynamoDBClient") -> None:
    def fail(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://dynamodb")

    table = PurchaseTable(client, "vouchers")
    started: Purchase = table.start(purchase())
    client.meta.events.register("before-parameter-build.dynamodb.UpdateItem", fail)

    table.release(started, now=NOW)

    assert table.find("user-2", "k1") == started


def test_failing_keeps_a_failed_voucher_and_lets_nobody_complete_it(
    table: PurchaseTable, client: "DynamoDBClient"
) -> None:
    table.start(purchase())

    for reason in ("declined", "late"):
        table.fail(purchase(), reason=reason, now=LATER)
    with pytest.raises(PurchaseFailedError):
        complete(table)
    table.decline(purchase())

    assert items(client) == ["key#k1", "voucher#voucher-k1"]
    assert state(table) is PurchaseState.FAILED
    failed = replace(purchase().voucher(), status=FAILED, status_since=LATER, reason="declined")
    assert VoucherTable(client, "vouchers").get("user-2", "voucher-k1") == failed


def test_what_is_done_or_declined_does_not_fail(table: PurchaseTable) -> None:
    table.start(purchase())
    table.decline(purchase())
    table.fail(purchase(), reason="late", now=LATER)
    assert state(table) is PurchaseState.DECLINED
    complete(table)

    table.fail(purchase(), reason="late", now=LATER)

    assert state(table) is PurchaseState.DONE
