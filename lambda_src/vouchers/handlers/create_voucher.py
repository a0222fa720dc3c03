"""POST /vouchers: a signed-in customer buys a voucher."""

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime

from shared.users import user_of

from blockwork.runtime.bodies import read_body
from blockwork.runtime.http import Request, Response, http_handler
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
from vouchers.handlers.voucher_json import VoucherBody, view

IDEMPOTENCY_KEY = re.compile(r"[A-Za-z0-9_-]{1,128}")
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
) -> Response:
    """Answer 201 with the voucher: the same answer to every request with the same key."""
    user = user_of(request)
    key = _idempotency_key(request)
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


def _idempotency_key(request: Request) -> str:
    key = request.headers.get("idempotency-key")
    if key is None:
        raise ProblemError(
            400,
            "the header Idempotency-Key is required: a new random value for each voucher,"
            " and the same one again to repeat a request whose answer was lost",
        )
    if not IDEMPOTENCY_KEY.fullmatch(key):
        raise ProblemError(
            400, f"Idempotency-Key must be 1 to 128 letters, digits, _ or -, got {key[:40]!r}"
        )
    return key


handler = http_handler(
    create_voucher,
    errors=ERRORS,
    purchases=PurchaseTable.from_environment,
    payments=PaymentProvider.from_environment,
    settlements=SettlementQueue.from_environment,
    limit=lambda: int(os.environ["VOUCHERS_AN_HOUR"]),
)
