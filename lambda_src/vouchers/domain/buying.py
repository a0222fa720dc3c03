"""Buying a voucher: the money is taken once or not at all, and taken money is a voucher.

Before the provider is asked, two things are kept: the purchase, which ties the customer's key to
one key at the provider, and a message that has it settled later. Whatever dies after that, the
message finds out at the provider what happened (`settling`). Every later step may be repeated by
anybody.
"""

from collections.abc import Callable
from datetime import datetime

from vouchers.domain.purchase import (
    LEASE,
    Declined,
    KeyReusedError,
    PaymentDeclinedError,
    Payments,
    PaymentUnknownError,
    Purchase,
    PurchaseFailedError,
    PurchaseOvertakenError,
    PurchaseRunningError,
    Purchases,
    PurchaseState,
    Settlements,
)
from vouchers.domain.voucher import Order, Voucher, VoucherCode, new_code, new_voucher_id


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
    limit: int,
    voucher_id: Callable[[datetime], str] = new_voucher_id,
    code: Callable[[], VoucherCode] = new_code,
) -> Voucher:
    """Return the voucher of this key, paying for it if that has not happened yet.

    :param limit: how many purchases a user may begin in an hour; a repeated one is none.
    :raises TooManyPurchasesError: if it would be one more.
    :raises KeyReusedError: if the key was used for another order.
    :raises PurchaseRunningError: if another request with the key is at work.
    :raises PaymentDeclinedError: if the provider refuses, or has refused this key before.
    :raises PurchaseFailedError: if the purchase has come to nothing before.
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
    if purchases.find(user_id, key) is None:
        purchases.allow(user_id, key, limit=limit, now=moment)
    purchase = purchases.start(fresh)
    if purchase != fresh:
        if purchase.order != order:
            raise KeyReusedError(key)
        match purchase.state:
            case PurchaseState.DONE:
                return purchase.voucher()
            case PurchaseState.DECLINED:
                raise PaymentDeclinedError
            case PurchaseState.FAILED:
                raise PurchaseFailedError
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
