"""Products to test with."""

from datetime import UTC, datetime

from catalog.domain.product import (
    Currency,
    Description,
    Price,
    Product,
    ProductDetails,
    ProductName,
    Unit,
)

CREATED = datetime(2026, 3, 1, 9, 30, 0, 123456, tzinfo=UTC)
LATER = datetime(2026, 4, 2, 18, 0, tzinfo=UTC)


def details(name: str = "Day tariff", price: str = "0.2450") -> ProductDetails:
    return ProductDetails(
        name=ProductName(name),
        price=Price(price),
        currency=Currency.GBP,
        description=Description("From 07:00 to 23:00.\nNo standing charge ⚡"),
        unit=Unit.KWH,
    )


def product(product_id: str = "p1", *, name: str = "Day tariff", price: str = "0.2450") -> Product:
    return Product(
        product_id=product_id,
        details=details(name, price),
        created_at=CREATED,
        updated_at=CREATED,
        version="a1",
    )
