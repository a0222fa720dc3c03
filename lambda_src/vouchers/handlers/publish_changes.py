"""Tells the other microservices how far a voucher has come: the table's stream says so."""

from collections.abc import Callable

from shared.events import VoucherFailed, VoucherIssued, VoucherMailed, VoucherPaid

from blockwork.runtime.consuming import consume_stream
from blockwork.runtime.envelope import Envelope, Event
from blockwork.runtime.event_publisher import EventPublisher, Events
from blockwork.runtime.metrics import count
from blockwork.runtime.observability import logger
from blockwork.runtime.parking import FailureTopic
from blockwork.runtime.records import TableChange
from vouchers.domain.voucher import Voucher, VoucherStatus
from vouchers.handlers.voucher_change import new_voucher, old_status

FAILED = "VouchersFailed"
"""The metric that people are alarmed by, its stack says by the same name."""


def publish_changes(change: TableChange, *, events: Events, count: Callable[[str], None]) -> None:
    """Publish the event of a new status, and count failures; other changes are nobody's business.

    :param count: adds one to the metric of a name; may be called twice for one failure.
    """
    voucher = new_voucher(change)
    if voucher is None or voucher.status is old_status(change):
        return
    logger.set_correlation_id(voucher.correlation_id)
    if voucher.status is VoucherStatus.FAILED:
        count(FAILED)
    events.publish(
        Envelope.of(
            _event(voucher),
            correlation_id=voucher.correlation_id,
            # The same however often the stream hands the change over.
            id_=f"{voucher.voucher_id}-{voucher.status}",
            time=voucher.status_since,
        )
    )


def _event(voucher: Voucher) -> Event:
    if voucher.status is VoucherStatus.PAID:
        return VoucherPaid(
            voucher_id=voucher.voucher_id,
            user_id=voucher.user_id,
            amount=str(voucher.order.amount),
            currency=str(voucher.order.currency),
            recipient_email=str(voucher.order.recipient_email),
        )
    if voucher.status is VoucherStatus.FAILED:
        return VoucherFailed(
            voucher_id=voucher.voucher_id, user_id=voucher.user_id, reason=voucher.reason or ""
        )
    kind = VoucherIssued if voucher.status is VoucherStatus.ISSUED else VoucherMailed
    return kind(voucher_id=voucher.voucher_id, user_id=voucher.user_id)


handler = consume_stream(
    TableChange,
    publish_changes,
    parking=FailureTopic.from_environment,
    events=EventPublisher.from_environment,
    count=lambda: count,
)
