"""DELETE /products/{productId}: whoever may write products takes a tariff away."""

from shared.users import require, user_of

from blockwork.runtime.http import Request, Response, http_handler
from blockwork.runtime.preconditions import seen_by, telling_what_is_there
from catalog.adapters.product_table import ProductTable
from catalog.domain.products import Products, UnknownProductError
from catalog.handlers.product_json import shown


def delete_product(request: Request, *, products: Products) -> Response[None]:
    """Answer 204; 412 if it is not a product that If-Match names."""
    require(user_of(request), "write", "products")
    product_id = request.path_id("productId")
    with telling_what_is_there(shown):
        products.remove(product_id, seen=seen_by(request))
    return Response.no_content()


handler = http_handler(
    delete_product, errors={UnknownProductError: 404}, products=ProductTable.from_environment
)
