"""Mails a voucher to its recipient as soon as its document is there: S3 says so on the bus."""

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from blockwork.runtime.consuming import consume_notice
from blockwork.runtime.envelope import InvalidEventError
from blockwork.runtime.idempotency import OnceTable
from vouchers.adapters.document_bucket import DocumentBucket, read_key
from vouchers.adapters.voucher_mail import VoucherMail
from vouchers.adapters.voucher_table import VoucherTable
from vouchers.domain.vouchers import Documents, Mailer, Vouchers, mail


class StoredObject(msgspec.Struct, frozen=True):
    """An object of a bucket."""

    key: str


class ArrivalDetail(msgspec.Struct, frozen=True):
    """What S3 says of an arrival."""

    object: StoredObject


class DocumentArrived(msgspec.Struct, frozen=True):
    """S3's event `Object Created`, as far as it matters here."""

    detail: ArrivalDetail

    @property
    def key(self) -> str:
        """The object's key, which is the same for every document of a voucher."""
        return self.detail.object.key


def mail_voucher(
    arrived: DocumentArrived,
    *,
    vouchers: Vouchers,
    documents: Documents,
    mailer: Mailer,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Mail the voucher whose document has arrived."""
    try:
        user_id, voucher_id = read_key(arrived.key)
    except ValueError as error:
        raise InvalidEventError(str(error)) from error
    mail(user_id, voucher_id, now=now, vouchers=vouchers, documents=documents, mailer=mailer)


handler = consume_notice(
    DocumentArrived,
    mail_voucher,
    key=lambda arrived: arrived.key,
    once=OnceTable.from_environment,
    vouchers=VoucherTable.from_environment,
    documents=DocumentBucket.from_environment,
    mailer=VoucherMail.from_environment,
)
