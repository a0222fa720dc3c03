"""Mailing a voucher again, because its buyer asks for it: the first mail is lost, or in no inbox.

Whoever asks is answered at once; an event carries it to who sends mails, which may take its time.
"""

import hashlib
import math
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from vouchers.domain.forgetting import NOBODY
from vouchers.domain.voucher import Voucher, VoucherStatus
from vouchers.domain.vouchers import Documents, Mailer, Vouchers, deliver

MAILS_AN_HOUR = 3
"""How often a voucher is mailed again in an hour: nobody needs more, and who gets them is a third
party."""


class NotMailableError(Exception):
    """There is nothing to mail of a voucher: it has no document yet, or came to nothing."""

    def __init__(self, voucher: Voucher) -> None:
        if voucher.status is VoucherStatus.PAID and not voucher.reason:
            told = "it is PAID and has no document yet; it is mailed by itself as soon as it has"
        elif voucher.order.recipient_email == NOBODY:
            told = "nobody knows any more whom it was for"
        else:
            told = "it has come to nothing, and no money is kept for it"
        super().__init__(f"voucher {voucher.voucher_id} cannot be mailed again: {told}")


class TooManyMailsError(Exception):
    """A voucher was mailed again in an hour as often as it may be.

    :param retry_after: in how many seconds the next mail may be asked for.
    """

    def __init__(self, limit: int, left: timedelta) -> None:
        self.retry_after = max(1, math.ceil(left.total_seconds()))
        super().__init__(
            f"a voucher is mailed again {limit} times an hour at most, and this one was."
            f" Ask for the next one in {self.retry_after} seconds; its PDF can be fetched meanwhile"
        )


class MailRequests(Protocol):
    """Where it is counted how often mails are asked for. One atomic step."""

    def allow(self, user_id: str, voucher_id: str, key: str, *, limit: int, now: datetime) -> None:
        """Count a key among those of a voucher in this hour (UTC), once however often.

        :raises TooManyMailsError: if that would be more than `limit`.
        """


def request_id(voucher_id: str, key: str) -> str:
    """Return what one request for a mail is known by, however often it is sent."""
    return hashlib.sha256(f"{voucher_id} {key}".encode()).hexdigest()


def may_be_mailed(voucher: Voucher) -> bool:
    """Whether there is a document, somebody to send it to, and money kept for it."""
    has_recipient = voucher.order.recipient_email != NOBODY
    return voucher.status.has_document and not voucher.reason and has_recipient


def ask(
    user_id: str,
    voucher_id: str,
    *,
    key: str,
    now: datetime,
    vouchers: Vouchers,
    requests: MailRequests,
) -> Voucher:
    """Return the voucher if it may be mailed again now, and count that.

    :raises UnknownVoucherError: if the user has none of this id.
    :raises NotMailableError: if there is nothing to mail.
    :raises TooManyMailsError: if it was mailed too often in this hour.
    """
    voucher = vouchers.get(user_id, voucher_id)
    if not may_be_mailed(voucher):
        raise NotMailableError(voucher)
    requests.allow(user_id, voucher_id, key, limit=MAILS_AN_HOUR, now=now)
    return voucher


def mail_again(
    user_id: str,
    voucher_id: str,
    *,
    now: Callable[[], datetime],
    vouchers: Vouchers,
    documents: Documents,
    mailer: Mailer,
) -> None:
    """Send a voucher to its recipient, also if that was done before.

    Nothing happens to one that has come to nothing, or whose recipient was forgotten, meanwhile.
    """
    voucher = vouchers.get(user_id, voucher_id)
    if may_be_mailed(voucher):
        deliver(voucher, now=now, vouchers=vouchers, documents=documents, mailer=mailer)
