"""A payment that comes to no end is FAILED, and no money is kept: once, whoever dies when."""

import pytest
from vouchers.domain.purchase import (
    Declined,
    PaymentUnknownError,
    PurchaseFailedError,
    PurchaseState,
    Taken,
)
from vouchers.domain.settling import UNPAID

from tests.unit.lambda_src.vouchers.fakes import (
    DiedError,
    die,
    time_out,
)
from tests.unit.lambda_src.vouchers.shop import Shop


@pytest.fixture
def shop() -> Shop:
    return Shop()


def unanswered(shop: Shop, *, taken: bool) -> None:
    """Leave a purchase of which nobody knows whether it is paid, until its time is over."""
    shop.provider.after = time_out
    if not taken:
        shop.provider.before = time_out
    with pytest.raises(PaymentUnknownError):
        shop.buy()
    shop.provider.before = shop.provider.after = lambda: None
    shop.clock.forward(minutes=16)


def answer_nonsense_to_look_ups(shop: Shop) -> None:
    def look_up(key: str) -> None:
        raise PaymentUnknownError

    shop.provider.look_up = look_up  # type: ignore[method-assign]


def test_money_of_which_the_provider_gives_no_clear_account_goes_back(shop: Shop) -> None:
    unanswered(shop, taken=True)
    answer_nonsense_to_look_ups(shop)

    shop.settle()

    assert (shop.state(), shop.reasons()) == (PurchaseState.FAILED, [UNPAID])
    assert (shop.provider.taken, len(shop.provider.returned)) == ({}, 1)


def test_a_request_to_pay_that_arrives_after_giving_up_takes_nothing(shop: Shop) -> None:
    unanswered(shop, taken=False)
    shop.settle()

    (key,) = shop.provider.requests
    shop.provider.charge(next(iter(shop.purchases.vouchers.kept.values())).order, key=key)

    assert shop.provider.taken == {}


@pytest.mark.parametrize("moment", ["after_void", "before_fail"])
def test_who_dies_while_giving_up_a_payment_is_followed_and_money_goes_back_once(
    shop: Shop, moment: str
) -> None:
    unanswered(shop, taken=True)
    answer_nonsense_to_look_ups(shop)
    dying = shop.provider if moment == "after_void" else shop.purchases
    setattr(dying, moment, die)
    with pytest.raises(DiedError):
        shop.settle()
    assert (shop.state(), shop.reasons()) == (PurchaseState.STARTED, [])
    setattr(dying, moment, lambda: None)

    shop.clock.forward(minutes=3)
    for _ in range(3):
        shop.settle()

    assert (shop.state(), shop.reasons()) == (PurchaseState.FAILED, [UNPAID])
    assert len(shop.provider.returned) == 1


def test_no_customer_pays_while_their_purchase_is_given_up_or_after_it(shop: Shop) -> None:
    unanswered(shop, taken=False)
    refused: list[type[Exception]] = []

    def repeat() -> None:
        try:
            shop.buy()
        except Exception as error:
            refused.append(type(error))

    shop.provider.after_void = repeat
    shop.settle()
    repeat()

    assert [kind.__name__ for kind in refused] == ["PurchaseRunningError", "PurchaseFailedError"]
    assert (shop.provider.taken, shop.provider.returned) == ({}, [])


def test_nothing_is_given_up_while_the_customer_pays(shop: Shop) -> None:
    unanswered(shop, taken=False)
    shop.provider.before = die
    with pytest.raises(DiedError):
        shop.buy()
    shop.provider.before = lambda: None

    shop.settle()

    assert shop.state() is PurchaseState.STARTED
    assert shop.provider.refused == set()


def test_money_taken_by_a_request_that_outlives_giving_up_is_not_a_voucher(shop: Shop) -> None:
    def give_up() -> None:
        """Let the answer be on its way for a quarter of an hour."""
        taken = shop.provider._outcome
        shop.provider._outcome = lambda key: Taken("late")  # type: ignore[method-assign]
        shop.clock.forward(minutes=16)
        answer_nonsense_to_look_ups(shop)
        shop.settle()
        assert taken(shop.provider.requests[0]) == Declined()

    shop.provider.after = give_up

    with pytest.raises(PurchaseFailedError):
        shop.buy()

    assert (shop.provider.taken, len(shop.provider.returned)) == ({}, 1)
    assert shop.reasons() == [UNPAID]
