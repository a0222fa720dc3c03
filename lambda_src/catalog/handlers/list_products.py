"""GET /products: the tariffs, page by page, for everybody."""

from typing import NotRequired, TypedDict

from blockwork.runtime.http import Request, Response, http_handler
from blockwork.runtime.paging import next_token, read_page_query
from blockwork.runtime.signing import SecretSigner, Signer
from catalog.adapters.product_table import ProductTable
from catalog.domain.products import Products
from catalog.handlers.product_json import ProductView, view

LIST = "products"


class ProductPage(TypedDict):
    """Some of the tariffs."""

    products: list[ProductView]
    nextToken: NotRequired[str]


def list_products(request: Request, *, products: Products, signer: Signer) -> Response[ProductPage]:
    """Answer 200 with one page of products, and the token of the next if there is one."""
    query = read_page_query(request, of=LIST, signer=signer)
    page = products.page(limit=query.limit, after=query.after)
    body: ProductPage = {"products": [view(product) for product in page.products]}
    if page.last_id is not None:
        body["nextToken"] = next_token(request, of=LIST, signer=signer, last=page.last_id)
    return Response.ok(body)


handler = http_handler(
    list_products, products=ProductTable.from_environment, signer=SecretSigner.from_environment
)
