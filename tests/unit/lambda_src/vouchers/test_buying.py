"""Taken money is a voucher, once: whatever breaks, and however often a request is repeated."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from vouchers.domain.buying import buy, settle
from vouchers.domain.purchase import (
    LEASE,
    KeyReusedError,
    PaymentDeclinedError,
    PaymentUnknownError,
    PurchaseRunningError,
    PurchaseState,
)
from vouchers.domain.voucher import Order, Voucher

from tests.unit.lambda_src.vouchers.fakes import (
    Clock,
    DiedError,
    FakeProvider,
    InMemoryPurchases,
    Settlements,
    die,
    time_out,
)
from tests.unit.lambda_src.vouchers.samples import order


@dataclass
class Shop:
    """A customer, the service and the provider."""

    provider: FakeProvider = field(default_factory=FakeProvider)
    purchases: InMemoryPurchases = field(default_factory=InMemoryPurchases)
    settlements: Settlements = field(default_factory=Settlements)
    clock: Clock = field(default_factory=Clock)

    def buy(self, wanted: Order | None = None, *, key: str = "k1", user: str = "u1") -> Voucher:
        return buy(
            wanted or order(),
            user_id=user,
            key=key,
            correlation_id="c1",
            now=self.clock,
            purchases=self.purchases,
            payments=self.provider,
            settlements=self.settlements,
        )

    def settle(self, *, key: str = "k1", user: str = "u1") -> None:
        settle(
            user_id=user,
            key=key,
            now=self.clock(),
            purchases=self.purchases,
            payments=self.provider,
            settlements=self.settlements,
        )

    def state(self, key: str = "k1") -> PurchaseState:
        return self.purchases.kept["u1", key].state

    def assert_one_voucher_and_one_payment(self) -> None:
        assert len(self.provider.taken) == 1
        assert len(self.purchases.payments) == 1
        assert len(self.purchases.vouchers.kept) == 1


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


def test_a_time_out_after_the_money_was_taken_is_settled_without_the_customer(shop: Shop) -> None:
    shop.provider.after = time_out
    with pytest.raises(PaymentUnknownError):
        shop.buy()

    shop.settle()

    shop.assert_one_voucher_and_one_payment()
    assert shop.buy() == next(iter(shop.purchases.vouchers.kept.values()))
    assert len(shop.provider.requests) == 1


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


def test_a_crash_between_payment_and_transaction_is_settled(shop: Shop) -> None:
    shop.purchases.before_complete = die
    with pytest.raises(DiedError):
        shop.buy()
    shop.purchases.before_complete = lambda: None
    assert (len(shop.provider.taken), shop.purchases.vouchers.kept) == (1, {})

    shop.clock.forward(minutes=1)
    shop.settle()

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

    assert shop.state() is PurchaseState.DECLINED
    with pytest.raises(PaymentDeclinedError):
        shop.buy()


def test_settling_asks_for_a_while_and_takes_no_money_itself(shop: Shop) -> None:
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
    assert shop.state() is PurchaseState.STARTED


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

    with pytest.raises(PaymentUnknownError):
        shop.settle()

    assert shop.state() is PurchaseState.STARTED


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
