"""Every step that is written although its answer is lost counts as done, and as ours."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from vouchers.adapters.purchase_table import PurchaseTable
from vouchers.adapters.voucher_table import VoucherTable
from vouchers.domain.purchase import (
    PurchaseOvertakenError,
    PurchaseState,
    Taken,
    TooManyPurchasesError,
)
from vouchers.domain.vouchers import Standing

from tests.integration.lost_answers import lose_first_answer
from tests.unit.lambda_src.vouchers.samples import (
    CODE,
    FAILED,
    ISSUED,
    LATER,
    NOW,
    PAID,
    purchase,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ID = "voucher-k1"
MINE = replace(purchase(), lease_until=LATER)


@pytest.fixture
def table(client: "DynamoDBClient") -> PurchaseTable:
    return PurchaseTable(client, "vouchers", sleep=lambda _: None)


@pytest.fixture
def vouchers(client: "DynamoDBClient") -> VoucherTable:
    return VoucherTable(client, "vouchers")


def complete(table: PurchaseTable) -> None:
    table.complete(purchase(), payment=Taken("p"), code=CODE, now=NOW)


@pytest.mark.parametrize(
    ("operation", "step", "state"),
    [
        ("UpdateItem", lambda t: t.take_over(purchase(), lease_until=LATER), "STARTED"),
        ("UpdateItem", lambda t: t.release(purchase(), now=NOW), "STARTED"),
        ("UpdateItem", lambda t: t.decline(purchase()), "DECLINED"),
        ("TransactWriteItems", complete, "DONE"),
        ("TransactWriteItems", lambda t: t.fail(purchase(), reason="late", now=NOW), "FAILED"),
    ],
    ids=["take over", "release", "decline", "complete", "fail"],
)
def test_a_step_of_a_purchase(
    table: PurchaseTable,
    client: "DynamoDBClient",
    operation: str,
    step: Callable[[PurchaseTable], Any],
    state: str,
) -> None:
    table.start(purchase())
    sent = lose_first_answer(client, operation)

    step(table)

    kept = table.find("user-2", "k1")
    assert (len(sent), kept.state if kept else None) == (2, PurchaseState(state))


def test_a_purchase_that_is_started_is_the_starters_own(
    table: PurchaseTable, client: "DynamoDBClient"
) -> None:
    sent = lose_first_answer(client, "UpdateItem")

    assert table.start(purchase()) == purchase()
    assert len(sent) == 2


def test_a_count_that_is_not_answered_counts_once(
    table: PurchaseTable, client: "DynamoDBClient"
) -> None:
    for key in ("k1", "k2"):
        sent = lose_first_answer(client, "UpdateItem")
        table.allow("user-2", key, limit=2, now=NOW)
        assert len(sent) >= 2

    with pytest.raises(TooManyPurchasesError):
        table.allow("user-2", "k3", limit=2, now=NOW)


def test_a_lease_that_is_not_answered_is_not_anybody_elses(
    table: PurchaseTable, client: "DynamoDBClient"
) -> None:
    table.start(purchase())
    lose_first_answer(client, "UpdateItem")
    assert table.take_over(purchase(), lease_until=LATER) == MINE

    other = PurchaseTable(client, "vouchers")
    with pytest.raises(PurchaseOvertakenError):
        other.take_over(purchase(), lease_until=LATER)
    assert table.find("user-2", "k1") == MINE


@pytest.mark.parametrize(
    ("operation", "step", "standing"),
    [
        ("UpdateItem", lambda v: v.advance("user-2", ID, ISSUED, now=LATER), (ISSUED, False)),
        ("UpdateItem", lambda v: v.give_up("user-2", ID, reason="late"), (PAID, True)),
    ],
    ids=["advance", "give up"],
)
def test_a_step_of_a_voucher(
    table: PurchaseTable,
    vouchers: VoucherTable,
    client: "DynamoDBClient",
    operation: str,
    step: Callable[[VoucherTable], bool],
    standing: tuple[Any, bool],
) -> None:
    table.start(purchase())
    complete(table)
    sent = lose_first_answer(client, operation)

    assert step(vouchers)

    assert len(sent) == 2
    assert vouchers.standing("user-2", ID) == Standing(standing[0], given_up=standing[1])


def test_a_voucher_that_fails(
    table: PurchaseTable, vouchers: VoucherTable, client: "DynamoDBClient"
) -> None:
    table.start(purchase())
    complete(table)
    vouchers.give_up("user-2", ID, reason="late")
    sent = lose_first_answer(client, "TransactWriteItems")

    vouchers.fail("user-2", ID, now=LATER)

    assert len(sent) == 2
    assert vouchers.get("user-2", ID).status is FAILED
