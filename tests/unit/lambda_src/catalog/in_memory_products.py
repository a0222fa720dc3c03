from dataclasses import replace
from datetime import datetime

from catalog.domain.product import Product, ProductDetails
from catalog.domain.products import ProductExistsError, ProductPage, UnknownProductError

from blockwork.runtime.versions import OutdatedError, Seen


class InMemoryProducts:
    """The port `Products`, kept in a dict, in the order of adding."""

    def __init__(self, *products: Product) -> None:
        self.by_id = {product.product_id: product for product in products}

    def page(self, *, limit: int, after: str | None) -> ProductPage:
        ids = list(self.by_id)
        start = 0 if after is None else ids.index(after) + 1
        wanted = ids[start : start + limit]
        more = start + limit < len(ids)
        return ProductPage(
            products=tuple(self.by_id[wanted_id] for wanted_id in wanted),
            last_id=wanted[-1] if more else None,
        )

    def get(self, product_id: str) -> Product:
        if product_id not in self.by_id:
            raise UnknownProductError(product_id)
        return self.by_id[product_id]

    def add(self, product: Product) -> None:
        if product.product_id in self.by_id:
            raise ProductExistsError(product.product_id)
        self.by_id[product.product_id] = product

    def replace(
        self,
        product_id: str,
        details: ProductDetails,
        *,
        now: datetime,
        seen: Seen | None = None,
    ) -> Product:
        there = self._seen(product_id, seen)
        product = replace(there, details=details, updated_at=now, version=f"{there.version}+")
        self.by_id[product_id] = product
        return product

    def remove(self, product_id: str, *, seen: Seen | None = None) -> None:
        self._seen(product_id, seen)
        del self.by_id[product_id]

    def _seen(self, product_id: str, seen: Seen | None) -> Product:
        product = self.get(product_id)
        if seen is not None and not seen.covers(product.version):
            raise OutdatedError(product)
        return product
