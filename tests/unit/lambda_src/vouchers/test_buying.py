"""Taken money is a voucher, once: whatever breaks, and however often a request is repeated."""

from dataclasses import replace

import pytest
from vouchers.domain.purchase import (
    LEASE,
    KeyReusedError,
    PaymentDeclinedError,
    PaymentUnknownError,
    PurchaseRunningError,
    PurchaseState,
)
from vouchers.domain.voucher import Order

from tests.unit.lambda_src.vouchers.fakes import (
    DiedError,
    InMemoryPurchases,
    die,
    time_out,
)
from tests.unit.lambda_src.vouchers.samples import order
from tests.unit.lambda_src.vouchers.shop import Shop


@pytest.fixture
def shop() -> Shop:
    return Shop()


def test_a_paid_voucher_is_kept_with_its_payment_and_its_code(shop: Shop) -> None:
    bought = shop.buy()

    shop.assert_one_voucher_and_one_payment()
    assert shop.purchases.vouchers.kept == {("u1", bought.voucher_id): bought}
    assert shop.purchases.vouchers.code("u1", bought.voucher_id)
    assert shop.purchases.payments == [f"payment-of-{bought.voucher_id}"]
    assert shop.provider.taken[bought.voucher_id] == order()
    assert shop.state() is PurchaseState.DONE


def test_a_repeated_request_gets_the_same_answer_and_pays_nothing(shop: Shop) -> None:
    first = shop.buy()
    shop.clock.forward(days=30)
    shop.provider.before = die

    assert [shop.buy() for _ in range(3)] == [first] * 3
    shop.assert_one_voucher_and_one_payment()


def test_the_answer_stays_the_same_when_the_voucher_has_come_further(shop: Shop) -> None:
    first = shop.buy()
    kept = shop.purchases.vouchers.kept
    kept["u1", first.voucher_id] = replace(first, status=first.status.MAILED)

    assert shop.buy() == first


@pytest.mark.parametrize(
    "other", [order("25.01"), order(email="Friend@example.com")], ids=["amount", "recipient"]
)
def test_a_key_with_another_order_is_refused(shop: Shop, other: Order) -> None:
    shop.buy()

    with pytest.raises(KeyReusedError, match="'k1' belongs to another order already"):
        shop.buy(other)
    shop.assert_one_voucher_and_one_payment()


def test_users_and_keys_have_nothing_to_do_with_each_other(shop: Shop) -> None:
    bought = [shop.buy(), shop.buy(key="k2"), shop.buy(order("50.00"), user="u2")]

    assert len({voucher.voucher_id for voucher in bought}) == 3
    assert len(shop.provider.taken) == 3


def test_a_declined_payment_is_declined_again_without_asking(shop: Shop) -> None:
    shop.provider.declines = True

    for _ in range(2):
        with pytest.raises(PaymentDeclinedError, match="nothing was taken"):
            shop.buy()

    assert shop.provider.requests == list(shop.provider.refused)
    assert (shop.provider.taken, shop.purchases.vouchers.kept) == ({}, {})
    with pytest.raises(KeyReusedError):
        shop.buy(order("1.00"))


def test_a_time_out_after_the_money_was_taken_takes_it_once(shop: Shop) -> None:
    shop.provider.after = time_out
    with pytest.raises(PaymentUnknownError, match="may or may not have been taken"):
        shop.buy()
    assert len(shop.provider.taken) == 1
    shop.provider.after = lambda: None

    bought = shop.buy()

    assert list(shop.provider.taken) == [bought.voucher_id]
    shop.assert_one_voucher_and_one_payment()


@pytest.mark.parametrize("moment", ["before", "after"], ids=["not taken", "taken"])
def test_a_request_that_died_at_the_provider_can_be_repeated(shop: Shop, moment: str) -> None:
    setattr(shop.provider, moment, die)
    with pytest.raises(DiedError):
        shop.buy()
    setattr(shop.provider, moment, lambda: None)

    with pytest.raises(PurchaseRunningError):
        shop.buy()
    shop.clock.forward(seconds=LEASE.total_seconds())
    shop.buy()

    shop.assert_one_voucher_and_one_payment()


def test_a_transaction_that_fails_is_answered_honestly_and_can_be_repeated(shop: Shop) -> None:
    shop.purchases.before_complete = time_out
    with pytest.raises(PaymentUnknownError):
        shop.buy()
    shop.purchases.before_complete = lambda: None

    shop.buy()

    shop.assert_one_voucher_and_one_payment()


def test_of_two_requests_at_once_one_pays_and_the_other_is_told_to_wait(shop: Shop) -> None:
    refusals: list[PurchaseRunningError] = []

    def second_request() -> None:
        shop.clock.forward(seconds=10.5)
        with pytest.raises(PurchaseRunningError) as running:
            shop.buy()
        refusals.append(running.value)

    shop.provider.before = second_request
    shop.buy()

    assert [refusal.retry_after for refusal in refusals] == [30]
    shop.assert_one_voucher_and_one_payment()


def test_of_two_repeats_at_once_one_goes_on(shop: Shop) -> None:
    shop.provider.before = die
    with pytest.raises(DiedError):
        shop.buy()
    shop.clock.forward(minutes=1)
    seen = shop.purchases.kept["u1", "k1"]

    shop.provider.before = lambda: None
    shop.buy()
    stale = InMemoryPurchases(vouchers=shop.purchases.vouchers, kept=shop.purchases.kept)
    stale.start = lambda purchase: seen  # type: ignore[method-assign]
    shop.purchases = stale
    with pytest.raises(PurchaseRunningError):
        shop.buy()

    assert len(shop.provider.requests) == 2
    assert len(shop.purchases.vouchers.kept) == 1
