"""What a payment provider remembers: each payment, once for its idempotency key.

Its file is a book: a line for each decision, so that money which was taken and went back stands in
it twice, and nothing is ever struck out.
"""

import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from uuid import uuid4

from blockwork.local.fakes import Journal

AMOUNT = re.compile(r"\d{1,7}\.\d{2}")
CURRENCY = re.compile(r"[A-Z]{3}")


class InvalidPaymentError(ValueError):
    """The payment cannot be understood; the message says why."""


class OtherPaymentError(ValueError):
    """The key belongs to a payment that was different."""


@dataclass(frozen=True, kw_only=True)
class Payment:
    """A payment as it was decided.

    :param key: the customer's idempotency key.
    :param amount: a decimal string with two decimals.
    :param currency: three letters (ISO 4217).
    :param status: TAKEN, DECLINED or VOIDED.
    :param returned: whether this decision gave money back.
    """

    key: str
    payment_id: str
    amount: str
    currency: str
    status: str
    returned: bool = False


class Payments:
    """Every payment there was, in a file of one line each.

    :param file: made when it is needed.
    """

    def __init__(self, file: Path) -> None:
        self._journal = Journal(file)
        self._book = [Payment(**entry) for entry in self._journal.entries()]
        self._by_key = {payment.key: payment for payment in self._book}

    def take(
        self, key: str, *, amount: object, currency: object, decline: bool = False
    ) -> tuple[Payment, bool]:
        """Decide about a payment once, and return it and whether it is new.

        :param decline: whether a new one is declined.
        :raises InvalidPaymentError: if key, amount or currency cannot be used.
        :raises OtherPaymentError: if the key was used for another amount or currency.
        """
        if not key:
            raise InvalidPaymentError("the header Idempotency-Key is missing")
        if not isinstance(amount, str) or not AMOUNT.fullmatch(amount):
            raise InvalidPaymentError(f'amount must be a string such as "25.00", got {amount!r}')
        if not isinstance(currency, str) or not CURRENCY.fullmatch(currency):
            raise InvalidPaymentError(f'currency must be a code such as "GBP", got {currency!r}')
        if known := self._by_key.get(key):
            if known.amount and (known.amount, known.currency) != (amount, currency):
                raise OtherPaymentError(
                    f"{key} was used for {known.amount} {known.currency}, not {amount} {currency}"
                )
            return known, False
        payment = Payment(
            key=key,
            payment_id=f"pay_{uuid4().hex}",
            amount=amount,
            currency=currency,
            status="DECLINED" if decline else "TAKEN",
        )
        return self._decide(payment), True

    def void(self, key: str) -> Payment:
        """Give back what was taken for a key, once, and take nothing for it any more."""
        known = self._by_key.get(key)
        if known and known.status == "VOIDED":
            return known
        returned = known is not None and known.status == "TAKEN"
        payment = known or Payment(
            key=key, payment_id=f"pay_{uuid4().hex}", amount="", currency="", status="VOIDED"
        )
        return self._decide(replace(payment, status="VOIDED", returned=returned))

    def find(self, key: str) -> Payment | None:
        """Return what was decided for a key."""
        return self._by_key.get(key)

    def book(self) -> list[Payment]:
        """Return every decision there was, the oldest first."""
        return list(self._book)

    def taken(self) -> list[Payment]:
        """Return every payment that was taken and is kept, the oldest first."""
        return [payment for payment in self._by_key.values() if payment.status == "TAKEN"]

    def _decide(self, payment: Payment) -> Payment:
        self._journal.note(asdict(payment))
        self._book.append(payment)
        self._by_key[payment.key] = payment
        return payment
