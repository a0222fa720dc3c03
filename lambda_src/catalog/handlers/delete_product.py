"""DELETE /products/{productId}: whoever may write products takes a tariff away."""

from shared.http import Request, Response, http_handler
from shared.users import require

from catalog.adapters.product_table import ProductTable
from catalog.domain.products import Products, UnknownProductError


def delete_product(request: Request, *, products: Products) -> Response:
    """Answer 204."""
    require(request.user, "write", "products")
    products.remove(request.path_id("productId"))
    return Response.no_content()


handler = http_handler(
    delete_product, errors={UnknownProductError: 404}, products=ProductTable.from_environment
)
