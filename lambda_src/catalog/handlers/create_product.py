"""POST /products: a new tariff, from whoever may write products."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

from shared.users import require, user_of

from blockwork.runtime.bodies import read_body
from blockwork.runtime.http import Request, Response, http_handler
from catalog.adapters.product_table import ProductTable
from catalog.domain.products import Products, add_product
from catalog.handlers.product_json import ProductBody, ProductView, view


def create_product(
    request: Request,
    *,
    products: Products,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    new_id: Callable[[], str] = lambda: uuid4().hex,
) -> Response[ProductView]:
    """Answer 201 with the product and where it is."""
    require(user_of(request), "write", "products")
    details = read_body(request, ProductBody).details()
    product = add_product(details, product_id=new_id(), now=now(), products=products)
    return Response.created(view(product), location=f"./products/{product.product_id}")


handler = http_handler(create_product, products=ProductTable.from_environment)
