"""What a request could not finish is finished later: without the customer, without paying again."""

from dataclasses import replace
from datetime import timedelta

import pytest
from vouchers.domain.purchase import (
    LEASE,
    PaymentUnknownError,
    PurchaseFailedError,
    PurchaseState,
)
from vouchers.domain.settling import DECLINED, UNPAID
from vouchers.domain.voucher import Voucher

from tests.unit.lambda_src.vouchers.fakes import (
    DiedError,
    die,
    time_out,
)
from tests.unit.lambda_src.vouchers.samples import order
from tests.unit.lambda_src.vouchers.shop import Shop


@pytest.fixture
def shop() -> Shop:
    return Shop()


def test_a_time_out_after_the_money_was_taken_is_settled_without_the_customer(shop: Shop) -> None:
    shop.provider.after = time_out
    with pytest.raises(PaymentUnknownError):
        shop.buy()

    shop.settle()

    shop.assert_one_voucher_and_one_payment()
    assert shop.buy() == next(iter(shop.purchases.vouchers.kept.values()))
    assert len(shop.provider.requests) == 1


def test_a_crash_between_payment_and_transaction_is_settled(shop: Shop) -> None:
    shop.purchases.before_complete = die
    with pytest.raises(DiedError):
        shop.buy()
    shop.purchases.before_complete = lambda: None
    assert (len(shop.provider.taken), shop.purchases.vouchers.kept) == (1, {})

    shop.clock.forward(minutes=1)
    shop.settle()

    shop.assert_one_voucher_and_one_payment()


def test_settling_beside_a_repeated_request_makes_one_voucher(shop: Shop) -> None:
    shop.provider.after = time_out
    with pytest.raises(PaymentUnknownError):
        shop.buy()
    shop.provider.after = lambda: None
    # The message arrives while the repeated request waits for the provider, and while the lease of
    # the first one seems to be over.
    purchase = shop.purchases.kept["u1", "k1"]

    def settle_now() -> None:
        shop.provider.before = lambda: None
        held = shop.purchases.kept["u1", "k1"]
        shop.purchases.kept["u1", "k1"] = purchase
        shop.settle()
        shop.purchases.kept["u1", "k1"] = replace(held, state=shop.state())

    shop.provider.before = settle_now
    bought = shop.buy()

    shop.assert_one_voucher_and_one_payment()
    assert ("u1", bought.voucher_id) in shop.purchases.vouchers.kept


def test_a_repeated_request_beside_settling_makes_one_voucher(shop: Shop) -> None:
    shop.provider.after = time_out
    with pytest.raises(PaymentUnknownError):
        shop.buy()
    shop.provider.after = lambda: None
    bought: list[Voucher] = []

    def repeat() -> None:
        shop.purchases.before_complete = lambda: None
        bought.append(shop.buy())

    shop.purchases.before_complete = repeat
    shop.settle()

    assert len(bought) == 1
    shop.assert_one_voucher_and_one_payment()


def test_a_settlement_is_ordered_before_the_provider_is_asked(shop: Shop) -> None:
    ordered: list[int] = []
    shop.provider.before = lambda: ordered.append(len(shop.settlements.messages))

    shop.buy()

    assert ordered == [1]
    assert shop.settlements.messages == [("u1", "k1", None)]


def test_nothing_is_taken_if_no_settlement_can_be_ordered(shop: Shop) -> None:
    shop.settlements.before = die

    with pytest.raises(DiedError):
        shop.buy()

    assert shop.provider.requests == []


def test_settling_twice_or_late_changes_nothing(shop: Shop) -> None:
    first = shop.buy()
    code = shop.purchases.vouchers.code("u1", first.voucher_id)

    for _ in range(3):
        shop.clock.forward(minutes=7)
        shop.settle()

    shop.assert_one_voucher_and_one_payment()
    assert shop.purchases.vouchers.code("u1", first.voucher_id) == code
    assert shop.provider.asked == []


def test_settling_waits_for_a_request_that_is_running(shop: Shop) -> None:
    shop.provider.before = die
    with pytest.raises(DiedError):
        shop.buy()

    shop.clock.forward(seconds=20)
    shop.settle()

    assert shop.provider.asked == []
    assert shop.settlements.messages[1:] == [("u1", "k1", LEASE - timedelta(seconds=20))]


def test_settling_finds_out_that_a_payment_was_declined(shop: Shop) -> None:
    shop.provider.declines = True
    shop.provider.after = time_out
    with pytest.raises(PaymentUnknownError):
        shop.buy()

    shop.settle()

    assert (shop.state(), shop.reasons()) == (PurchaseState.FAILED, [DECLINED])
    with pytest.raises(PurchaseFailedError):
        shop.buy()


def test_settling_asks_for_a_while_takes_no_money_itself_and_gives_up(shop: Shop) -> None:
    shop.provider.before = time_out
    with pytest.raises(PaymentUnknownError):
        shop.buy()
    shop.provider.before = lambda: None
    waited: list[float] = []
    while len(shop.settlements.messages) > len(waited):
        _, _, after = shop.settlements.messages[-1]
        waited.append(after.total_seconds() if after else 60)
        shop.clock.forward(seconds=waited[-1])
        shop.settle()

    assert waited == [60, 60, 120, 240, 480]
    assert (shop.provider.taken, shop.provider.requests) == ({}, shop.provider.requests[:1])
    assert (shop.state(), shop.reasons()) == (PurchaseState.FAILED, [UNPAID])


def test_a_payment_that_arrives_at_the_provider_late_is_found(shop: Shop) -> None:
    shop.provider.before = time_out
    with pytest.raises(PaymentUnknownError):
        shop.buy()
    shop.provider.before = lambda: None
    shop.settle()
    assert shop.purchases.vouchers.kept == {}

    shop.provider.taken[shop.provider.requests[0]] = order()
    shop.clock.forward(minutes=1)
    shop.settle()

    shop.assert_one_voucher_and_one_payment()


def test_settling_fails_openly_while_the_provider_is_down(shop: Shop) -> None:
    shop.provider.after = time_out
    with pytest.raises(PaymentUnknownError):
        shop.buy()
    shop.provider.before = time_out
    shop.clock.forward(minutes=14)
    shop.settle()
    assert shop.settlements.messages[-1] == ("u1", "k1", timedelta(minutes=14))

    shop.clock.forward(minutes=1)
    for _ in range(2):
        with pytest.raises(PaymentUnknownError):
            shop.settle()

    assert (shop.state(), shop.reasons()) == (PurchaseState.STARTED, [])


def test_money_that_was_taken_wins_over_a_refusal_before(shop: Shop) -> None:
    def decline() -> None:
        shop.purchases.decline(shop.purchases.kept["u1", "k1"])

    shop.provider.after = decline

    shop.buy()

    assert shop.state() is PurchaseState.DONE
    shop.assert_one_voucher_and_one_payment()


def test_a_message_about_nothing_is_nothing_to_do(shop: Shop) -> None:
    shop.settle(key="unknown")

    assert (shop.provider.asked, shop.settlements.messages) == ([], [])
