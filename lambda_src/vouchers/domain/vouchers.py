"""The vouchers a user has, and the way of each: its document first, then its mail."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from vouchers.domain.voucher import Voucher, VoucherCode, VoucherStatus

UNMAILABLE = "The voucher cannot be mailed to this address. The money was returned."


class UndeliverableError(Exception):
    """No mail will ever reach a recipient, however often it is sent."""


class UnknownVoucherError(Exception):
    """Somebody asked for a voucher which they do not have."""

    def __init__(self, voucher_id: str) -> None:
        super().__init__(f"there is no voucher {voucher_id}")


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherPage:
    """Some of a user's vouchers, newest first.

    :param last_id: where to go on; None if these were the last ones.
    """

    vouchers: tuple[Voucher, ...]
    last_id: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with a voucher; known even of one that cannot be read otherwise."""

    status: VoucherStatus
    given_up: bool


class Vouchers(Protocol):
    """Where vouchers are kept. Every change is one atomic step forward."""

    def page(self, user_id: str, *, limit: int, after: str | None) -> VoucherPage:
        """Return at most `limit` vouchers of a user, those after the id `after`."""

    def get(self, user_id: str, voucher_id: str) -> Voucher:
        """Return a voucher of a user.

        :raises UnknownVoucherError: if the user has none of this id.
        """

    def standing(self, user_id: str, voucher_id: str) -> Standing:
        """Return how it stands with a voucher.

        :raises UnknownVoucherError: if the user has none of this id.
        """

    def code(self, user_id: str, voucher_id: str) -> VoucherCode:
        """Return what redeems a voucher.

        :raises UnknownVoucherError: if the user has none of this id.
        """

    def advance(self, user_id: str, voucher_id: str, to: VoucherStatus, *, now: datetime) -> bool:
        """Give a voucher the next status; nothing happens to one that is there or further.

        :returns: False if the voucher is given up: then nothing happens to it either.
        :raises UnknownVoucherError: if the user has none of this id.
        """

    def give_up(self, user_id: str, voucher_id: str, *, reason: str) -> bool:
        """Keep why a voucher is not delivered any more, unless it has come to an end.

        :returns: whether it is given up, by this or an earlier call.
        :raises UnknownVoucherError: if the user has none of this id.
        """

    def fail(self, user_id: str, voucher_id: str, *, now: datetime) -> None:
        """Give a voucher that is given up the status FAILED, and forget what redeems it.

        Nothing happens to one that is FAILED already.
        """


class Documents(Protocol):
    """Where the vouchers' PDFs are kept."""

    def put(self, user_id: str, voucher_id: str, pdf: bytes) -> None:
        """Keep a document, in the place of an earlier one."""

    def get(self, user_id: str, voucher_id: str) -> bytes:
        """Return a document."""

    def url(self, user_id: str, voucher_id: str) -> str:
        """Return an address that opens the document for five minutes, for whoever has it."""


class Printer(Protocol):
    """What makes a document of a voucher: always the same bytes of the same voucher."""

    def __call__(self, voucher: Voucher, code: VoucherCode) -> bytes:
        """Return a PDF."""


class Mailer(Protocol):
    """What sends a mail."""

    def send(self, voucher: Voucher, pdf: bytes) -> None:
        """Send a voucher to its recipient.

        :raises UndeliverableError: if the mail service refuses the recipient for good.
        """


def issue(
    user_id: str,
    voucher_id: str,
    *,
    now: Callable[[], datetime],
    vouchers: Vouchers,
    documents: Documents,
    printer: Printer,
) -> None:
    """Make the document of a voucher, if it has none yet. May be repeated."""
    voucher = vouchers.get(user_id, voucher_id)
    if voucher.status is not VoucherStatus.PAID or voucher.reason:
        return
    documents.put(user_id, voucher_id, printer(voucher, vouchers.code(user_id, voucher_id)))
    vouchers.advance(user_id, voucher_id, VoucherStatus.ISSUED, now=now())


def mail(
    user_id: str,
    voucher_id: str,
    *,
    now: Callable[[], datetime],
    vouchers: Vouchers,
    documents: Documents,
    mailer: Mailer,
) -> None:
    """Send a voucher whose document is there to its recipient, unless that is done.

    To be called once at a time for one voucher.
    """
    voucher = vouchers.get(user_id, voucher_id)
    if not (voucher.status.is_final or voucher.reason):
        deliver(voucher, now=now, vouchers=vouchers, documents=documents, mailer=mailer)


def deliver(
    voucher: Voucher,
    *,
    now: Callable[[], datetime],
    vouchers: Vouchers,
    documents: Documents,
    mailer: Mailer,
) -> None:
    """Send a voucher whose document is there, however far it has come; not one that is given up.

    :raises UndeliverableError: if the recipient is refused of a voucher that was mailed before.
    """
    user_id, voucher_id = voucher.user_id, voucher.voucher_id
    pdf = documents.get(user_id, voucher_id)
    # News of the document may be quicker than the one who made it and marks the voucher.
    if not vouchers.advance(user_id, voucher_id, VoucherStatus.ISSUED, now=now()):
        return
    # One window remains: mail services take no idempotency key, so whoever dies between these two
    # lines has sent a mail that nobody knows of, and the next try sends a second one. The other
    # order would lose the mail instead, and with it what was paid for; two mails with one code
    # are a nuisance only.
    try:
        mailer.send(voucher, pdf)
    except UndeliverableError:
        if not vouchers.give_up(user_id, voucher_id, reason=UNMAILABLE):
            raise
        return
    vouchers.advance(user_id, voucher_id, VoucherStatus.MAILED, now=now())
