"""Makes the document of a voucher that has been paid for: the table's stream says which."""

from collections.abc import Callable
from datetime import UTC, datetime

from blockwork.runtime.consuming import consume_stream
from blockwork.runtime.observability import logger
from blockwork.runtime.parking import FailureTopic
from blockwork.runtime.records import TableChange
from vouchers.adapters.document_bucket import DocumentBucket
from vouchers.adapters.voucher_pdf import print_voucher
from vouchers.adapters.voucher_table import VoucherTable
from vouchers.domain.vouchers import Documents, Printer, Vouchers, issue
from vouchers.handlers.voucher_change import new_voucher


def issue_voucher(
    change: TableChange,
    *,
    vouchers: Vouchers,
    documents: Documents,
    printer: Printer,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Issue the voucher of a change; the change of anything else is no business of ours."""
    voucher = new_voucher(change)
    if voucher is None:
        return
    logger.set_correlation_id(voucher.correlation_id)
    issue(
        voucher.user_id,
        voucher.voucher_id,
        now=now,
        vouchers=vouchers,
        documents=documents,
        printer=printer,
    )


handler = consume_stream(
    TableChange,
    issue_voucher,
    parking=FailureTopic.from_environment,
    vouchers=VoucherTable.from_environment,
    documents=DocumentBucket.from_environment,
    printer=lambda: print_voucher,
)
