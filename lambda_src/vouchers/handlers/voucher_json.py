"""A voucher as JSON: the body a customer sends, and the view of it."""

from typing import Annotated, NotRequired, TypedDict

import msgspec
from msgspec import Meta

from blockwork.runtime.envelope import Id
from blockwork.runtime.mail_address import MailAddress
from blockwork.runtime.views import Timestamp, schema_of, timestamp
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


class VoucherView(TypedDict):
    """A voucher; its code is in the document alone."""

    voucherId: Id
    status: VoucherStatus
    amount: Annotated[str, Meta(extra_json_schema=schema_of(Amount))]
    currency: Currency
    recipientEmail: str
    createdAt: Timestamp
    reason: NotRequired[str]
    pdfUrl: NotRequired[Annotated[str, Meta(extra_json_schema={"format": "uri"})]]


def view(voucher: Voucher) -> VoucherView:
    """Return a voucher as the API shows it. Its code is in the document alone."""
    order = voucher.order
    shown: VoucherView = {
        "voucherId": voucher.voucher_id,
        "status": voucher.status,
        "amount": str(order.amount),
        "currency": order.currency,
        "recipientEmail": str(order.recipient_email),
        "createdAt": timestamp(voucher.created_at),
    }
    if voucher.status is VoucherStatus.FAILED and voucher.reason:
        shown["reason"] = voucher.reason
    return shown


def view_with_document(voucher: Voucher, documents: Documents) -> VoucherView:
    """Return the view with the address of the document, once there is one."""
    if not voucher.status.has_document:
        return view(voucher)
    return {**view(voucher), "pdfUrl": documents.url(voucher.user_id, voucher.voucher_id)}
