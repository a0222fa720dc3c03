"""A purchase: what becomes of one Idempotency-Key, from the first request to its last answer.

::

    STARTED ──► DONE          the money is taken, and the voucher is there
       │ │       ▲
       │ └──► DECLINED        the provider refused; a payment that turns up later still wins
       └────► FAILED          it came to nothing without the customer: a voucher says so, too

While STARTED, one request at a time works on it: the one that holds the lease.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from vouchers.domain.voucher import Order, Voucher, VoucherCode, VoucherStatus

LEASE = timedelta(seconds=40)
"""Longer than a function may run (30 s), so that nobody works on what has no lease any more."""


class PurchaseState(StrEnum):
    """How far a purchase has come."""

    STARTED = "STARTED"
    DECLINED = "DECLINED"
    DONE = "DONE"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """What is known of one Idempotency-Key of one user.

    :param voucher_id: of the voucher it becomes; the payment provider's idempotency key, too.
    :param lease_until: until when a request may be working on it.
    """

    user_id: str
    key: str
    voucher_id: str
    order: Order
    state: PurchaseState
    started_at: datetime
    lease_until: datetime
    correlation_id: str

    def voucher(self) -> Voucher:
        """Return the voucher as it is at its beginning: the answer to every request of the key."""
        return Voucher(
            user_id=self.user_id,
            voucher_id=self.voucher_id,
            order=self.order,
            status=VoucherStatus.PAID,
            status_since=self.started_at,
            created_at=self.started_at,
            correlation_id=self.correlation_id,
        )


class KeyReusedError(Exception):
    """An Idempotency-Key came again with another order."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"the Idempotency-Key {key!r} belongs to another order already;"
            " take a new key for a new voucher, or repeat the first order unchanged"
        )


class PurchaseRunningError(Exception):
    """Another request with the same key is at work.

    :param retry_after: in how many seconds its answer will be there.
    """

    def __init__(self, left: timedelta) -> None:
        self.retry_after = max(1, math.ceil(left.total_seconds()))
        super().__init__(
            "a request with the same Idempotency-Key is running;"
            f" repeat it in {self.retry_after} seconds to get its answer"
        )


class PaymentDeclinedError(Exception):
    """The payment provider refused."""

    def __init__(self) -> None:
        super().__init__(
            "the payment was declined and nothing was taken;"
            " try again with another Idempotency-Key or another means of payment"
        )


class TooManyPurchasesError(Exception):
    """A user has begun as many purchases in an hour as one may.

    :param retry_after: in how many seconds the next one may begin.
    """

    def __init__(self, limit: int, left: timedelta) -> None:
        self.retry_after = max(1, math.ceil(left.total_seconds()))
        super().__init__(
            f"you may buy {limit} vouchers an hour, and have; nothing was taken."
            f" Buy the next one in {self.retry_after} seconds"
        )


class PurchaseFailedError(Exception):
    """The purchase came to nothing while no request was at work on it."""

    def __init__(self) -> None:
        super().__init__(
            "this purchase has failed and no money is kept for it: GET /vouchers says why;"
            " try again with another Idempotency-Key"
        )


class PaymentUnknownError(Exception):
    """Nobody knows yet whether the money was taken."""

    retry_after = 5

    def __init__(self) -> None:
        super().__init__(
            "the payment may or may not have been taken: the outcome is not known yet."
            " Repeating the request with the same Idempotency-Key is safe, it is never taken twice;"
            " a payment that was taken becomes a voucher of GET /vouchers without it, too"
        )


class PurchaseOvertakenError(Exception):
    """Somebody else has changed the purchase since it was read."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The provider has taken the money."""

    payment_id: str


@dataclass(frozen=True, slots=True)
class Declined:
    """The provider has refused, and taken nothing."""


class Payments(Protocol):
    """The payment provider. It knows a payment by our key, and takes one key at most once."""

    def charge(self, order: Order, *, key: str) -> Taken | Declined:
        """Take the money, or learn what became of an earlier try with the same key.

        :raises PaymentUnknownError: if there is no answer that can be relied on.
        """

    def look_up(self, key: str) -> Taken | Declined | None:
        """Return what became of a key; None if the provider has never heard of it.

        :raises PaymentUnknownError: if there is no answer that can be relied on.
        """

    def void(self, key: str) -> None:
        """See to it that no money is kept for a key: what was taken goes back, once.

        A request to pay with the key that comes later is declined. May be repeated.

        :raises PaymentUnknownError: if it is not sure that this has happened.
        """


class Purchases(Protocol):
    """Where purchases are kept. Every method is one atomic step."""

    def start(self, purchase: Purchase) -> Purchase:
        """Keep a new purchase and return it; return the kept one if its key has one already."""

    def find(self, user_id: str, key: str) -> Purchase | None:
        """Return what is known of a key, as of now."""

    def allow(self, user_id: str, key: str, *, limit: int, now: datetime) -> None:
        """Count a key among those that a user begins in this hour (UTC), once however often.

        :raises TooManyPurchasesError: if that would be more than `limit`.
        """

    def take_over(self, purchase: Purchase, *, lease_until: datetime) -> Purchase:
        """Give a STARTED purchase a new lease and return it.

        :raises PurchaseOvertakenError: if its state or lease is not the one in `purchase` any more.
        """

    def release(self, purchase: Purchase, *, now: datetime) -> None:
        """End the lease in `purchase`, unless somebody else has another one."""

    def decline(self, purchase: Purchase) -> None:
        """Give a STARTED purchase the state DECLINED; nothing happens in any other state."""

    def complete(
        self, purchase: Purchase, *, payment: Taken, code: VoucherCode, now: datetime
    ) -> None:
        """Keep voucher, code, payment and the state DONE: all or nothing, and only once.

        Nothing happens if it is DONE already.

        :raises PurchaseFailedError: if it is FAILED: then no money is kept.
        :raises PaymentUnknownError: if it could not be kept for now.
        """

    def fail(self, purchase: Purchase, *, reason: str, now: datetime) -> None:
        """Keep a FAILED voucher and the state FAILED: both or nothing, and only once.

        Nothing happens if it is not STARTED any more.

        :raises PaymentUnknownError: if it could not be kept for now.
        """


class Settlements(Protocol):
    """Who looks at a purchase again, even if everything that runs now dies."""

    def schedule(self, purchase: Purchase, *, after: timedelta | None = None) -> None:
        """Have it settled in a while. Default: after the time that is configured."""
