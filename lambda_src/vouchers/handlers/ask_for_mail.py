"""POST /vouchers/{voucherId}/mails: a customer has a voucher mailed again."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypedDict

from shared.events import VoucherMailRequested
from shared.users import user_of

from blockwork.runtime.envelope import Envelope, Id
from blockwork.runtime.event_publisher import EventPublisher, Events
from blockwork.runtime.http import Request, Response, http_handler
from blockwork.runtime.idempotency_keys import required_idempotency_key
from blockwork.runtime.observability import current_correlation_id
from vouchers.adapters.mail_requests import MailRequestTable
from vouchers.adapters.voucher_table import VoucherTable
from vouchers.domain.mailing_again import (
    MailRequests,
    NotMailableError,
    TooManyMailsError,
    ask,
    request_id,
)
from vouchers.domain.vouchers import UnknownVoucherError, Vouchers


class RequestedMail(TypedDict):
    """A mail that is on its way."""

    voucherId: Id
    recipientEmail: str


def ask_for_mail(
    request: Request,
    *,
    vouchers: Vouchers,
    requests: MailRequests,
    events: Events,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Response[RequestedMail]:
    """Answer 202 with whom the voucher is mailed to: all requests with one key are one mail."""
    user = user_of(request)
    key = required_idempotency_key(request, of_each="mail")
    voucher = ask(
        user.user_id,
        request.path_id("voucherId"),
        key=key,
        now=now(),
        vouchers=vouchers,
        requests=requests,
    )
    # Also for a key that came before: its event may have been lost, and is acted on once.
    events.publish(
        Envelope.of(
            VoucherMailRequested(voucher_id=voucher.voucher_id, user_id=voucher.user_id),
            correlation_id=current_correlation_id(),
            id_=request_id(voucher.voucher_id, key),
        )
    )
    recipient = str(voucher.order.recipient_email)
    body: RequestedMail = {"voucherId": voucher.voucher_id, "recipientEmail": recipient}
    return Response(status=202, body=body)


handler = http_handler(
    ask_for_mail,
    errors={UnknownVoucherError: 404, NotMailableError: 409, TooManyMailsError: 429},
    vouchers=VoucherTable.from_environment,
    requests=MailRequestTable.from_environment,
    events=EventPublisher.from_environment,
)
