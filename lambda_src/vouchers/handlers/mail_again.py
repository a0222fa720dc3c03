"""Mails a voucher again that its buyer has asked for: once for each time."""

from collections.abc import Callable
from datetime import UTC, datetime

from shared.events import VoucherMailRequested

from blockwork.runtime.consuming import consume
from blockwork.runtime.envelope import Envelope
from blockwork.runtime.idempotency import OnceTable
from vouchers.adapters.document_bucket import DocumentBucket
from vouchers.adapters.voucher_mail import VoucherMail
from vouchers.adapters.voucher_table import VoucherTable
from vouchers.domain import mailing_again
from vouchers.domain.vouchers import Documents, Mailer, Vouchers


def mail_again(
    envelope: Envelope[VoucherMailRequested],
    *,
    vouchers: Vouchers,
    documents: Documents,
    mailer: Mailer,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Mail the voucher of a request."""
    asked = envelope.data
    mailing_again.mail_again(
        asked.user_id,
        asked.voucher_id,
        now=now,
        vouchers=vouchers,
        documents=documents,
        mailer=mailer,
    )


handler = consume(
    VoucherMailRequested,
    mail_again,
    once=OnceTable.from_environment,
    vouchers=VoucherTable.from_environment,
    documents=DocumentBucket.from_environment,
    mailer=VoucherMail.from_environment,
)
