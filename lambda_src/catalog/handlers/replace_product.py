"""PUT /products/{productId}: other details for a tariff, from whoever may write products."""

from collections.abc import Callable
from datetime import UTC, datetime

from shared.users import require, user_of

from blockwork.runtime.bodies import read_body
from blockwork.runtime.http import Request, Response, http_handler
from blockwork.runtime.preconditions import seen_by, telling_what_is_there
from catalog.adapters.product_table import ProductTable
from catalog.domain.products import Products, UnknownProductError
from catalog.handlers.product_json import ProductBody, ProductView, shown


def replace_product(
    request: Request,
    *,
    products: Products,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Response[ProductView]:
    """Answer 200 with the product as it is now; 412 if it is not one that If-Match names."""
    require(user_of(request), "write", "products")
    product_id = request.path_id("productId")
    details = read_body(request, ProductBody).details()
    seen = seen_by(request)
    with telling_what_is_there(shown):
        return shown(products.replace(product_id, details, now=now(), seen=seen))


handler = http_handler(
    replace_product, errors={UnknownProductError: 404}, products=ProductTable.from_environment
)
