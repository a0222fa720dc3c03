"""Settles a payment whose request may have died: the queue says which, the provider says how."""

from collections.abc import Callable
from datetime import UTC, datetime

from shared.consuming import consume_queue
from shared.observability import logger
from shared.parking import FailureTopic

from vouchers.adapters.payment_provider import PaymentProvider
from vouchers.adapters.purchase_table import PurchaseTable
from vouchers.adapters.settlement_queue import SettlementMessage, SettlementQueue
from vouchers.domain.buying import settle
from vouchers.domain.purchase import Payments, Purchases, Settlements


def settle_payment(
    message: SettlementMessage,
    *,
    purchases: Purchases,
    payments: Payments,
    settlements: Settlements,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Bring one purchase to its end."""
    logger.set_correlation_id(message.correlation_id)
    settle(
        user_id=message.user_id,
        key=message.key,
        now=now(),
        purchases=purchases,
        payments=payments,
        settlements=settlements,
    )


handler = consume_queue(
    SettlementMessage,
    settle_payment,
    parking=FailureTopic.from_environment,
    purchases=PurchaseTable.from_environment,
    payments=PaymentProvider.from_environment,
    settlements=SettlementQueue.from_environment,
)
