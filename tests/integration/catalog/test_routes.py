"""The functions as Lambda calls them, on a table."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from catalog.handlers.create_product import handler as create
from catalog.handlers.delete_product import handler as delete
from catalog.handlers.get_product import handler as get
from catalog.handlers.list_products import handler as list_all
from catalog.handlers.replace_product import handler as put

from tests.unit.lambda_src.events import ADMINISTRATOR, CONTEXT, body_of, event

BODY = {"name": "Day tariff", "price": "0.2450", "currency": "GBP"}

Handler = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]


@pytest.mark.usefixtures("client")
def test_the_life_of_a_product() -> None:
    def call(handler: Handler, product_id: str = "", body: object = None) -> dict[str, Any]:
        return handler(
            event(path={"productId": product_id}, body=json.dumps(body), claims=ADMINISTRATOR),
            CONTEXT,
        )

    created = call(create, body=BODY)
    assert created["statusCode"] == 201
    product = body_of(created)
    product_id = product["productId"]
    assert created["headers"]["location"] == f"./products/{product_id}"
    assert body_of(call(get, product_id)) == product
    assert body_of(call(list_all)) == {"products": [product]}

    replaced = body_of(call(put, product_id, BODY | {"price": "0.30"}))
    assert replaced == product | {"price": "0.30", "updatedAt": replaced["updatedAt"]}
    assert replaced["updatedAt"] >= product["updatedAt"]

    assert call(delete, product_id)["statusCode"] == 204
    for gone in (get, put, delete):
        answer = call(gone, product_id, BODY)
        assert answer["statusCode"] == 404
        assert body_of(answer)["detail"] == f"there is no product {product_id}"
    assert body_of(call(list_all)) == {"products": []}
