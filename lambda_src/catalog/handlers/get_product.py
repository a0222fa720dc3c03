"""GET /products/{productId}: one tariff, for everybody."""

from blockwork.runtime.http import Request, Response, http_handler
from catalog.adapters.product_table import ProductTable
from catalog.domain.products import Products, UnknownProductError
from catalog.handlers.product_json import ProductView, shown


def get_product(request: Request, *, products: Products) -> Response[ProductView]:
    """Answer 200 with the product."""
    return shown(products.get(request.path_id("productId")))


handler = http_handler(
    get_product, errors={UnknownProductError: 404}, products=ProductTable.from_environment
)
