"""What a product is: a tariff the retailer sells energy at."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Self

LONGEST_NAME = 100
LONGEST_DESCRIPTION = 1000
HIGHEST_PRICE = 1_000_000

AMOUNT = re.compile(r"(0|[1-9][0-9]{0,6})(\.[0-9]{1,4})?")
# C0 and C1 controls, line separators, and the marks that turn the direction of text around.
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
# One character at least, and as few as are left when it is trimmed.
TRIMMED = re.compile(rf"\s*\S([\s\S]{{0,{LONGEST_NAME - 2}}}\S)?\s*")
CONTROLS_BUT_LAYOUT = re.compile(rf"(?![\t\r\n]){CONTROLS.pattern}")


class ProductName(str):
    """What a product is called: one line of 1 to 100 characters, trimmed.

    :raises ValueError: for any other text.
    """

    __slots__ = ()
    JSON_SCHEMA: ClassVar[dict[str, object]] = {"pattern": TRIMMED}

    def __new__(cls, text: str) -> Self:
        """Trim and check the text."""
        name = text.strip()
        if not 1 <= len(name) <= LONGEST_NAME:
            raise ValueError(f"must have 1 to {LONGEST_NAME} characters, got {len(name)}")
        if control := CONTROLS.search(name):
            raise ValueError(f"must have no control characters, got {control[0]!a}")
        return super().__new__(cls, name)


class Description(str):
    """What a product is, in at most 1000 characters, on as many lines as it takes.

    :raises ValueError: for any other text.
    """

    __slots__ = ()
    JSON_SCHEMA: ClassVar[dict[str, object]] = {"maxLength": LONGEST_DESCRIPTION}

    def __new__(cls, text: str) -> Self:
        """Check the text."""
        if len(text) > LONGEST_DESCRIPTION:
            raise ValueError(f"must have at most {LONGEST_DESCRIPTION} characters, got {len(text)}")
        if control := CONTROLS_BUT_LAYOUT.search(text):
            raise ValueError(
                f"must have no control characters but tabs and line ends, got {control[0]!a}"
            )
        return super().__new__(cls, text)


class Price(Decimal):
    """An exact amount of money a unit, from 0 to 1000000, with as many decimals as it was given.

    :raises ValueError: for any other text, and for more than 4 decimals.
    """

    __slots__ = ()
    JSON_SCHEMA: ClassVar[dict[str, object]] = {"pattern": AMOUNT}

    def __new__(cls, text: str) -> Self:
        """Check the text and read the amount."""
        if not AMOUNT.fullmatch(text) or Decimal(text) > HIGHEST_PRICE:
            shown = text if len(text) <= 40 else f"{text[:40]}…"
            raise ValueError(
                f'must be a decimal string from "0" to "{HIGHEST_PRICE}"'
                f" with at most 4 decimals, got {shown!r}"
            )
        return super().__new__(cls, text)


class Currency(StrEnum):
    """What a price is in."""

    GBP = "GBP"
    EUR = "EUR"
    USD = "USD"


class Unit(StrEnum):
    """What a price is for."""

    KWH = "kWh"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductDetails:
    """What is decided about a product."""

    name: ProductName
    price: Price
    currency: Currency
    description: Description
    unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product of the catalog. Times are in UTC.

    :param version: another one after each change.
    """

    product_id: str
    details: ProductDetails
    created_at: datetime
    updated_at: datetime
    version: str
