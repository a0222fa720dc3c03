"""A product as JSON: the body of whoever writes it, and the view everybody gets."""

from typing import Annotated, TypedDict

import msgspec
from msgspec import Meta

from blockwork.runtime.envelope import Id
from blockwork.runtime.http import Response
from blockwork.runtime.views import Timestamp, schema_of, timestamp
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


class ProductView(TypedDict):
    """A tariff of the catalog."""

    productId: Id
    name: str
    description: str
    price: Annotated[str, Meta(extra_json_schema=schema_of(Price))]
    currency: Currency
    unit: Unit
    createdAt: Timestamp
    updatedAt: Timestamp


def view(product: Product) -> ProductView:
    """Return a product as the API shows it."""
    details = product.details
    return {
        "productId": product.product_id,
        "name": str(details.name),
        "description": str(details.description),
        "price": str(details.price),
        "currency": details.currency,
        "unit": details.unit,
        "createdAt": timestamp(product.created_at),
        "updatedAt": timestamp(product.updated_at),
    }


def shown(product: Product) -> Response[ProductView]:
    """Answer 200 with a product and its ETag."""
    return Response.ok(view(product), version=product.version)
