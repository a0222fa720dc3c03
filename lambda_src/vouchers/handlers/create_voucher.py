"""POST /vouchers: a signed-in customer buys a voucher."""

import os
from collections.abc import Callable
from datetime import UTC, datetime

from shared.users import user_of

from blockwork.runtime.bodies import read_body
from blockwork.runtime.http import Request, Response, http_handler
from blockwork.runtime.idempotency_keys import required_idempotency_key
from blockwork.runtime.observability import current_correlation_id
from blockwork.runtime.problems import FieldError, ProblemError
from vouchers.adapters.mail_message import UnmailableError, addressed
from vouchers.adapters.payment_provider import PaymentProvider
from vouchers.adapters.purchase_table import PurchaseTable
from vouchers.adapters.settlement_queue import SettlementQueue
from vouchers.domain.buying import buy
from vouchers.domain.purchase import (
    KeyReusedError,
    PaymentDeclinedError,
    Payments,
    PaymentUnknownError,
    PurchaseFailedError,
    PurchaseRunningError,
    Purchases,
    Settlements,
    TooManyPurchasesError,
)
from vouchers.domain.voucher import Order
from vouchers.handlers.voucher_json import VoucherBody, VoucherView, view

ERRORS = {
    KeyReusedError: 422,
    PaymentDeclinedError: 402,
    PurchaseFailedError: 402,
    PurchaseRunningError: 409,
    TooManyPurchasesError: 429,
    PaymentUnknownError: 503,
}


def create_voucher(
    request: Request,
    *,
    purchases: Purchases,
    payments: Payments,
    settlements: Settlements,
    limit: int,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Response[VoucherView]:
    """Answer 201 with the voucher: the same answer to every request with the same key."""
    user = user_of(request)
    key = required_idempotency_key(request, of_each="voucher")
    order = read_body(request, VoucherBody).order()
    _check_mailable(order)
    voucher = buy(
        order,
        user_id=user.user_id,
        key=key,
        correlation_id=current_correlation_id(),
        now=now,
        purchases=purchases,
        payments=payments,
        settlements=settlements,
        limit=limit,
    )
    return Response.created(view(voucher), location=f"./vouchers/{voucher.voucher_id}")


def _check_mailable(order: Order) -> None:
    """Make sure, before any money is taken, that what it buys can be sent."""
    try:
        addressed(order)
    except UnmailableError as error:
        wrong = FieldError("recipientEmail", "cannot be sent mail to; give another address")
        raise ProblemError(422, "the voucher could not be mailed", [wrong]) from error


handler = http_handler(
    create_voucher,
    errors=ERRORS,
    purchases=PurchaseTable.from_environment,
    payments=PaymentProvider.from_environment,
    settlements=SettlementQueue.from_environment,
    limit=lambda: int(os.environ["VOUCHERS_AN_HOUR"]),
)
