"""The products the catalog has, and what may be done with them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from blockwork.runtime.versions import Seen, new_version
from catalog.domain.product import Product, ProductDetails


class UnknownProductError(Exception):
    """Somebody asked for a product which the catalog does not have."""

    def __init__(self, product_id: str) -> None:
        super().__init__(f"there is no product {product_id}")


class ProductExistsError(Exception):
    """Somebody added a product under the id of another one."""

    def __init__(self, product_id: str) -> None:
        super().__init__(f"there is a product {product_id} already")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductPage:
    """Some of the products.

    :param last_id: where to go on; None if these were the last ones.
    """

    products: tuple[Product, ...]
    last_id: str | None


class Products(Protocol):
    """Where products are kept: the table in production, a dict in unit tests."""

    def page(self, *, limit: int, after: str | None) -> ProductPage:
        """Return at most `limit` products: the first ones, or those after the id `after`."""

    def get(self, product_id: str) -> Product:
        """Return a product.

        :raises UnknownProductError: if there is none.
        """

    def add(self, product: Product) -> None:
        """Keep a new product.

        :raises ProductExistsError: if its id is taken.
        """

    def replace(
        self,
        product_id: str,
        details: ProductDetails,
        *,
        now: datetime,
        seen: Seen | None = None,
    ) -> Product:
        """Give a product other details, and return it; its id and creation time stay.

        :param seen: what the writer has seen of it. Default: they overwrite anything.
        :raises UnknownProductError: if there is none.
        :raises OutdatedError: if it is another one than was seen.
        """

    def remove(self, product_id: str, *, seen: Seen | None = None) -> None:
        """Forget a product.

        :param seen: what the writer has seen of it. Default: they remove anything.
        :raises UnknownProductError: if there is none.
        :raises OutdatedError: if it is another one than was seen.
        """


def add_product(
    details: ProductDetails, *, product_id: str, now: datetime, products: Products
) -> Product:
    """Add a product to the catalog."""
    product = Product(
        product_id=product_id,
        details=details,
        created_at=now,
        updated_at=now,
        version=new_version(),
    )
    products.add(product)
    return product
