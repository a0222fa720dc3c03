"""A product as JSON: the body of whoever writes it, and the view everybody gets."""

from datetime import UTC, datetime

import msgspec

from blockwork.runtime.http import Response
from catalog.domain.product import (
    Currency,
    Description,
    Price,
    Product,
    ProductDetails,
    ProductName,
    Unit,
)


class ProductBody(msgspec.Struct, frozen=True, kw_only=True):
    """The body of a product that is created or replaced."""

    name: ProductName
    price: Price
    currency: Currency
    description: Description = Description("")
    unit: Unit = Unit.KWH

    def details(self) -> ProductDetails:
        """Return what was decided about it."""
        return ProductDetails(
            name=self.name,
            price=self.price,
            currency=self.currency,
            description=self.description,
            unit=self.unit,
        )


def view(product: Product) -> dict[str, str]:
    """Return a product as the API shows it."""
    details = product.details
    return {
        "productId": product.product_id,
        "name": str(details.name),
        "description": str(details.description),
        "price": str(details.price),
        "currency": str(details.currency),
        "unit": str(details.unit),
        "createdAt": _iso(product.created_at),
        "updatedAt": _iso(product.updated_at),
    }


def shown(product: Product) -> Response:
    """Answer 200 with a product and its ETag."""
    return Response.ok(view(product), version=product.version)


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
