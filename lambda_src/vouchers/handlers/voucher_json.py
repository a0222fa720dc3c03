"""A voucher as JSON: the body a customer sends, and the view of it."""

from datetime import UTC, datetime

import msgspec

from blockwork.runtime.mail_address import MailAddress
from vouchers.domain.voucher import Amount, Currency, Order, Voucher, VoucherStatus
from vouchers.domain.vouchers import Documents


class VoucherBody(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The body of a voucher that is bought."""

    amount: Amount
    currency: Currency
    recipient_email: MailAddress

    def order(self) -> Order:
        """Return what the customer wants."""
        return Order(
            amount=self.amount, currency=self.currency, recipient_email=self.recipient_email
        )


def view(voucher: Voucher) -> dict[str, str]:
    """Return a voucher as the API shows it. Its code is in the document alone."""
    order = voucher.order
    failed = voucher.status is VoucherStatus.FAILED
    return {
        "voucherId": voucher.voucher_id,
        "status": str(voucher.status),
        "amount": str(order.amount),
        "currency": str(order.currency),
        "recipientEmail": str(order.recipient_email),
        "createdAt": _iso(voucher.created_at),
        **({"reason": voucher.reason} if failed and voucher.reason else {}),
    }


def view_with_document(voucher: Voucher, documents: Documents) -> dict[str, str]:
    """Return the view with the address of the document, once there is one."""
    if not voucher.status.has_document:
        return view(voucher)
    return view(voucher) | {"pdfUrl": documents.url(voucher.user_id, voucher.voucher_id)}


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
