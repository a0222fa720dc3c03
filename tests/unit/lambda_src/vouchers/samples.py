"""Orders and vouchers to test with."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from vouchers.domain.purchase import LEASE, Purchase, PurchaseState
from vouchers.domain.settling import Deadlines
from vouchers.domain.voucher import (
    Amount,
    Currency,
    Order,
    Voucher,
    VoucherCode,
    VoucherStatus,
)

from blockwork.runtime.mail_address import MailAddress

NOW = datetime(2026, 3, 1, 9, 30, 0, 123456, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
CODE = VoucherCode("ACDE-FHJK-MNPR-TVWX-Y346")
PAID, ISSUED, MAILED = VoucherStatus.PAID, VoucherStatus.ISSUED, VoucherStatus.MAILED
FAILED = VoucherStatus.FAILED
DEADLINES = Deadlines(payment=timedelta(minutes=15), delivery=timedelta(days=3))


def order(amount: str = "25.00", email: str = "friend@example.com") -> Order:
    return Order(amount=Amount(amount), currency=Currency.GBP, recipient_email=MailAddress(email))


def purchase(key: str = "k1", *, user_id: str = "user-2") -> Purchase:
    return Purchase(
        user_id=user_id,
        key=key,
        voucher_id=f"voucher-{key}",
        order=order(),
        state=PurchaseState.STARTED,
        started_at=NOW,
        lease_until=NOW + LEASE,
        correlation_id="correlation-1",
    )


def voucher(
    voucher_id: str = "v1", status: VoucherStatus = PAID, *, user_id: str = "user-2"
) -> Voucher:
    return replace(purchase("k1", user_id=user_id).voucher(), voucher_id=voucher_id, status=status)
