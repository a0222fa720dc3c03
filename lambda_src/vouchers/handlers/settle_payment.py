"""Brings purchases to their end: the queue says which, provider and table say how."""

from collections.abc import Callable
from datetime import UTC, datetime

from blockwork.runtime.consuming import consume_queue
from blockwork.runtime.observability import logger
from blockwork.runtime.parking import FailureTopic
from vouchers.adapters.deadlines import deadlines_from_environment
from vouchers.adapters.payment_provider import PaymentProvider
from vouchers.adapters.purchase_table import PurchaseTable
from vouchers.adapters.settlement_queue import SettlementMessage, SettlementQueue
from vouchers.adapters.voucher_table import VoucherTable
from vouchers.domain.purchase import Payments, Purchases, Settlements
from vouchers.domain.settling import Deadlines, settle
from vouchers.domain.vouchers import Vouchers


def settle_payment(
    message: SettlementMessage,
    *,
    purchases: Purchases,
    payments: Payments,
    vouchers: Vouchers,
    settlements: Settlements,
    deadlines: Deadlines,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Bring one purchase nearer to its end."""
    logger.set_correlation_id(message.correlation_id)
    settle(
        user_id=message.user_id,
        key=message.key,
        now=now(),
        purchases=purchases,
        payments=payments,
        vouchers=vouchers,
        settlements=settlements,
        deadlines=deadlines,
    )


handler = consume_queue(
    SettlementMessage,
    settle_payment,
    parking=FailureTopic.from_environment,
    purchases=PurchaseTable.from_environment,
    payments=PaymentProvider.from_environment,
    vouchers=VoucherTable.from_environment,
    settlements=SettlementQueue.from_environment,
    deadlines=deadlines_from_environment,
)
