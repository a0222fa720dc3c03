"""What a voucher is: prepaid energy, bought by a user for somebody with a mail address."""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Self

from blockwork.runtime.mail_address import MailAddress

LOWEST_AMOUNT = Decimal("1.00")
HIGHEST_AMOUNT = Decimal("500.00")
AMOUNT = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{2}")

# No character that is easily taken for another: no B, G, I, L, O, Q, S, U, Z
# and no 0, 1, 2, 5, 8.
CODE_ALPHABET = "ACDEFHJKMNPRTVWXY34679"
CODE_GROUPS = 5
CODE_GROUP = 4


class Amount(Decimal):
    """What a voucher is worth, from 1.00 to 500.00, with its two decimals.

    :raises ValueError: for any other text.
    """

    __slots__ = ()
    JSON_SCHEMA: ClassVar[dict[str, object]] = {"pattern": AMOUNT}

    def __new__(cls, text: str) -> Self:
        """Check the text and read the amount."""
        if not AMOUNT.fullmatch(text) or not LOWEST_AMOUNT <= Decimal(text) <= HIGHEST_AMOUNT:
            shown = text if len(text) <= 40 else f"{text[:40]}…"
            raise ValueError(
                f'must be a decimal string from "{LOWEST_AMOUNT}" to "{HIGHEST_AMOUNT}"'
                f" with 2 decimals, got {shown!r}"
            )
        return super().__new__(cls, text)


class Currency(StrEnum):
    """What a voucher may be bought in."""

    GBP = "GBP"

    @property
    def sign(self) -> str:
        """What people write before an amount."""
        return {"GBP": "£"}[self]


class VoucherStatus(StrEnum):
    """How far a voucher has come. It never goes back, and MAILED and FAILED are its two ends."""

    PAID = "PAID"
    ISSUED = "ISSUED"
    MAILED = "MAILED"
    FAILED = "FAILED"

    @property
    def before(self) -> "VoucherStatus | None":
        """The status that this one follows."""
        return {"ISSUED": VoucherStatus.PAID, "MAILED": VoucherStatus.ISSUED}.get(self)

    @property
    def has_document(self) -> bool:
        """Whether there is a PDF to fetch."""
        return self in (VoucherStatus.ISSUED, VoucherStatus.MAILED)

    @property
    def is_final(self) -> bool:
        """Whether nothing will happen to the voucher any more."""
        return self in (VoucherStatus.MAILED, VoucherStatus.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a customer wants to buy."""

    amount: Amount
    currency: Currency
    recipient_email: MailAddress

    @property
    def price(self) -> str:
        """The amount as people read it: £25.00."""
        return f"{self.currency.sign}{self.amount}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """A voucher that is paid for, or came to nothing. Its code is a secret and kept apart.

    :param reason: why it is given up, for its buyer to read; None if it is not. Its status becomes
        FAILED as soon as no money is kept for it, and no other one until then.
    :param status_since: when its status changed last, in UTC.
    :param created_at: when it was ordered, in UTC.
    :param correlation_id: that of the request which bought it.
    """

    user_id: str
    voucher_id: str
    order: Order
    status: VoucherStatus
    status_since: datetime
    created_at: datetime
    correlation_id: str
    reason: str | None = None


class VoucherCode(str):
    """What redeems a voucher: XXXX-XXXX-XXXX-XXXX-XXXX, 89 random bits.

    Whoever knows it has the money, so it is never part of a `repr`, which ends up in logs.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        """Hide the code."""
        return "VoucherCode(…)"


def new_code(choose: Callable[[str], str] = secrets.choice) -> VoucherCode:
    """Return a code that nobody can guess.

    :param choose: picks one of several characters. Default: by the system's source of secrets.
    """
    groups = ("".join(choose(CODE_ALPHABET) for _ in range(CODE_GROUP)) for _ in range(CODE_GROUPS))
    return VoucherCode("-".join(groups))


def new_voucher_id(now: datetime, random_hex: Callable[[int], str] = secrets.token_hex) -> str:
    """Return an id of 32 hexadecimal digits that sorts by time, as UUID version 7 does.

    :param random_hex: returns twice as many random digits as it is told. Default: secrets.
    """
    return f"{int(now.timestamp() * 1000):012x}{random_hex(10)}"
