"""The routes which everybody may use."""

import json
from typing import Any

import pytest
from catalog.domain.products import UnknownProductError
from catalog.handlers.get_product import get_product
from catalog.handlers.list_products import list_products

from blockwork.runtime.http import Request, Response
from blockwork.runtime.problems import ProblemError
from tests.unit.blockwork.runtime.fakes import KnownKey
from tests.unit.lambda_src.catalog.in_memory_products import InMemoryProducts
from tests.unit.lambda_src.catalog.samples import product


def listed(products: InMemoryProducts, **query: str) -> dict[str, Any]:
    response = list_products(Request(query=query), products=products, signer=KnownKey())
    assert response.status == 200
    assert isinstance(response.body, dict)
    return {**response.body}


def test_a_product_is_shown_with_all_it_has() -> None:
    response = get_product(
        Request(path={"productId": "p1"}), products=InMemoryProducts(product("p1"))
    )

    assert response == Response.ok(
        {
            "productId": "p1",
            "name": "Day tariff",
            "description": "From 07:00 to 23:00.\nNo standing charge ⚡",
            "price": "0.2450",
            "currency": "GBP",
            "unit": "kWh",
            "createdAt": "2026-03-01T09:30:00.123Z",
            "updatedAt": "2026-03-01T09:30:00.123Z",
        },
        version="a1",
    )


def test_the_view_is_plain_json() -> None:
    response = get_product(
        Request(path={"productId": "p1"}), products=InMemoryProducts(product("p1"))
    )

    assert json.loads(response.to_event("c")["body"])["price"] == "0.2450"


def test_an_unknown_product_is_reported_by_its_id() -> None:
    with pytest.raises(UnknownProductError, match="there is no product p2"):
        get_product(Request(path={"productId": "p2"}), products=InMemoryProducts())


@pytest.mark.parametrize("product_id", ["a/b", "🔌", "a b", ""])
def test_an_id_that_cannot_be_one_answers_400(product_id: str) -> None:
    with pytest.raises(ProblemError, match="productId must be") as problem:
        get_product(Request(path={"productId": product_id}), products=InMemoryProducts())

    assert problem.value.status == 400


def test_an_empty_catalog_lists_nothing() -> None:
    assert listed(InMemoryProducts()) == {"products": []}


def test_a_list_that_fits_on_one_page_has_no_token() -> None:
    answer = listed(InMemoryProducts(product("p1"), product("p2")), limit="2")

    assert [shown["productId"] for shown in answer["products"]] == ["p1", "p2"]
    assert "nextToken" not in answer


def test_following_the_tokens_lists_every_product_once() -> None:
    products = InMemoryProducts(*(product(f"p{number}") for number in range(7)))
    first = listed(products, limit="3")
    second = listed(products, limit="3", nextToken=first["nextToken"])
    third = listed(products, limit="3", nextToken=second["nextToken"])

    assert [
        [shown["productId"] for shown in page["products"]] for page in (first, second, third)
    ] == [
        ["p0", "p1", "p2"],
        ["p3", "p4", "p5"],
        ["p6"],
    ]
    assert "nextToken" not in third


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "101"}, {"nextToken": "tampered"}])
def test_a_bad_query_answers_400(query: dict[str, str]) -> None:
    with pytest.raises(ProblemError) as problem:
        listed(InMemoryProducts(product()), **query)

    assert problem.value.status == 400
