"""Settling: every purchase comes to one of two ends, whatever has died on its way.

Either the voucher is delivered and the money kept, or it is FAILED and none is. A message of the
purchase looks at it again and again until that is so. Giving up takes three steps, and each may be
repeated: a reason is kept, which stops everybody else; the provider gives back what it has taken;
only then is the end written down. Whoever dies between two of them is followed by the next message.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from vouchers.domain.purchase import (
    LEASE,
    Declined,
    Payments,
    PaymentUnknownError,
    Purchase,
    PurchaseOvertakenError,
    Purchases,
    PurchaseState,
    Settlements,
    Taken,
)
from vouchers.domain.voucher import VoucherCode, new_code
from vouchers.domain.vouchers import Vouchers

SOONEST = timedelta(seconds=1)
DECLINED = "The payment was declined, and nothing was taken."
UNPAID = "The payment could not be completed. No money was kept: what had been taken was returned."
UNDELIVERED = "The voucher could not be delivered in time. The money was returned."


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """How long something is tried, from the purchase's beginning.

    :param payment: to learn from the provider what became of a payment.
    :param delivery: to deliver a voucher that is paid, people's mending included.
    """

    payment: timedelta
    delivery: timedelta


def settle(
    *,
    user_id: str,
    key: str,
    now: datetime,
    purchases: Purchases,
    payments: Payments,
    vouchers: Vouchers,
    settlements: Settlements,
    deadlines: Deadlines,
    code: Callable[[], VoucherCode] = new_code,
) -> None:
    """Bring a purchase nearer to its end, without taking any money; see that it is looked at again.

    :raises PaymentUnknownError: if no money may be kept, and the provider does not confirm it.
    """
    purchase = purchases.find(user_id, key)
    if purchase is None:
        return
    waited = now - purchase.started_at
    if purchase.state is PurchaseState.STARTED:
        settled = _settle_payment(
            purchase,
            is_late=waited >= deadlines.payment,
            now=now,
            purchases=purchases,
            payments=payments,
            settlements=settlements,
            code=code,
        )
    elif purchase.state is PurchaseState.DONE:
        settled = _settle_delivery(
            purchase,
            is_late=waited >= deadlines.delivery,
            now=now,
            payments=payments,
            vouchers=vouchers,
        )
    else:
        return
    if not settled:
        settlements.schedule(purchase, after=max(waited, SOONEST))


def _settle_payment(
    purchase: Purchase,
    *,
    is_late: bool,
    now: datetime,
    purchases: Purchases,
    payments: Payments,
    settlements: Settlements,
    code: Callable[[], VoucherCode],
) -> bool:
    """Find out what became of a payment; return whether it need not be asked for again."""
    if purchase.lease_until > now:
        settlements.schedule(purchase, after=purchase.lease_until - now)
        return True
    try:
        outcome = payments.look_up(purchase.voucher_id)
    except PaymentUnknownError:
        outcome = None
    if isinstance(outcome, Taken):
        purchases.complete(purchase, payment=outcome, code=code(), now=now)
        return False  # until it is delivered, too
    if isinstance(outcome, Declined):
        purchases.fail(purchase, reason=DECLINED, now=now)
        return True
    # The request to pay may be on its way still, so not knowing it once proves nothing.
    if not is_late:
        return False
    try:
        mine = purchases.take_over(purchase, lease_until=now + LEASE)
    except PurchaseOvertakenError:  # the customer is at it again
        return False
    try:
        payments.void(purchase.voucher_id)
    except PaymentUnknownError:
        purchases.release(mine, now=now)
        raise
    purchases.fail(mine, reason=UNPAID, now=now)
    return True


def _settle_delivery(
    purchase: Purchase, *, is_late: bool, now: datetime, payments: Payments, vouchers: Vouchers
) -> bool:
    """Give the money of a voucher back that is given up; return whether it is at an end."""
    user_id, voucher_id = purchase.user_id, purchase.voucher_id
    standing = vouchers.standing(user_id, voucher_id)
    if standing.status.is_final:
        return True
    given_up = standing.given_up or (
        is_late and vouchers.give_up(user_id, voucher_id, reason=UNDELIVERED)
    )
    if not given_up:
        return False
    payments.void(voucher_id)
    vouchers.fail(user_id, voucher_id, now=now)
    return True
