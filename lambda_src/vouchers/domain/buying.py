"""Buying a voucher: the money is taken once or not at all, and taken money is a voucher.

Before the provider is asked, two things are kept: the purchase, which ties the customer's key to
one key at the provider, and a message that has it settled later. Whatever dies after that, the
message finds out at the provider what happened. Every later step may be repeated by anybody.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from vouchers.domain.purchase import (
    LEASE,
    Declined,
    KeyReusedError,
    PaymentDeclinedError,
    Payments,
    PaymentUnknownError,
    Purchase,
    PurchaseOvertakenError,
    PurchaseRunningError,
    Purchases,
    PurchaseState,
    Settlements,
    Taken,
)
from vouchers.domain.voucher import Order, Voucher, VoucherCode, new_code, new_voucher_id

SETTLING_TAKES = timedelta(minutes=15)
"""For how long a payment that the provider does not know is asked for again."""


def buy(
    order: Order,
    *,
    user_id: str,
    key: str,
    correlation_id: str,
    now: Callable[[], datetime],
    purchases: Purchases,
    payments: Payments,
    settlements: Settlements,
    voucher_id: Callable[[datetime], str] = new_voucher_id,
    code: Callable[[], VoucherCode] = new_code,
) -> Voucher:
    """Return the voucher of this key, paying for it if that has not happened yet.

    :raises KeyReusedError: if the key was used for another order.
    :raises PurchaseRunningError: if another request with the key is at work.
    :raises PaymentDeclinedError: if the provider refuses, or has refused this key before.
    :raises PaymentUnknownError: if it is not known whether the money was taken.
    """
    moment = now()
    fresh = Purchase(
        user_id=user_id,
        key=key,
        voucher_id=voucher_id(moment),
        order=order,
        state=PurchaseState.STARTED,
        started_at=moment,
        lease_until=moment + LEASE,
        correlation_id=correlation_id,
    )
    purchase = purchases.start(fresh)
    if purchase != fresh:
        if purchase.order != order:
            raise KeyReusedError(key)
        match purchase.state:
            case PurchaseState.DONE:
                return purchase.voucher()
            case PurchaseState.DECLINED:
                raise PaymentDeclinedError
        purchase = _take_over(purchase, moment, purchases)
    settlements.schedule(purchase)
    try:
        outcome = payments.charge(order, key=purchase.voucher_id)
        if isinstance(outcome, Declined):
            purchases.decline(purchase)
            raise PaymentDeclinedError
        purchases.complete(purchase, payment=outcome, code=code(), now=now())
    except PaymentUnknownError:
        purchases.release(purchase, now=now())
        raise
    return purchase.voucher()


def _take_over(purchase: Purchase, now: datetime, purchases: Purchases) -> Purchase:
    """Go on where a request that is over has left off; only one of several succeeds."""
    if purchase.lease_until > now:
        raise PurchaseRunningError(purchase.lease_until - now)
    try:
        return purchases.take_over(purchase, lease_until=now + LEASE)
    except PurchaseOvertakenError:
        raise PurchaseRunningError(LEASE) from None


def settle(
    *,
    user_id: str,
    key: str,
    now: datetime,
    purchases: Purchases,
    payments: Payments,
    settlements: Settlements,
    code: Callable[[], VoucherCode] = new_code,
) -> None:
    """Bring a purchase to its end whose request may have died, without taking any money.

    :raises PaymentUnknownError: if the provider gives no answer that can be relied on.
    """
    purchase = purchases.find(user_id, key)
    if purchase is None or purchase.state is not PurchaseState.STARTED:
        return
    if purchase.lease_until > now:
        settlements.schedule(purchase, after=purchase.lease_until - now)
        return
    outcome = payments.look_up(purchase.voucher_id)
    if isinstance(outcome, Taken):
        purchases.complete(purchase, payment=outcome, code=code(), now=now)
    elif isinstance(outcome, Declined):
        purchases.decline(purchase)
    elif (waited := now - purchase.lease_until) < SETTLING_TAKES:
        # The request to pay may be on its way still, so not knowing it once proves nothing.
        # After that the purchase stays STARTED: nothing was taken, and the customer, who was
        # told that it is safe to repeat, is the one to decide whether to pay.
        settlements.schedule(purchase, after=max(waited, timedelta(minutes=1)))
