"""The routes which only those may use who may write products."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from catalog.domain.products import ProductExistsError, UnknownProductError
from catalog.handlers.create_product import create_product
from catalog.handlers.delete_product import delete_product
from catalog.handlers.get_product import get_product
from catalog.handlers.replace_product import replace_product

from blockwork.runtime.http import Request, Response
from blockwork.runtime.problems import FieldError, ProblemError
from tests.unit.lambda_src.catalog.in_memory_products import InMemoryProducts
from tests.unit.lambda_src.catalog.samples import CREATED, LATER, product
from tests.unit.lambda_src.events import ADMINISTRATOR, CUSTOMER

VALID = {
    "name": "Night tariff",
    "price": "0.10",
    "currency": "EUR",
    "description": "Cheaper",
    "unit": "day",
}

Route = Callable[[Request, InMemoryProducts], Response]


def create(request: Request, products: InMemoryProducts) -> Response:
    return create_product(request, products=products, now=lambda: CREATED, new_id=lambda: "new")


def put(request: Request, products: InMemoryProducts) -> Response:
    return replace_product(request, products=products, now=lambda: LATER)


def delete(request: Request, products: InMemoryProducts) -> Response:
    return delete_product(request, products=products)


def request(
    body: object = VALID,
    *,
    product_id: str = "p1",
    claims: dict[str, Any] = ADMINISTRATOR,
    if_match: str | None = None,
) -> Request:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"if-match": if_match} if if_match else {}
    return Request(path={"productId": product_id}, body=sent, claims=claims, headers=headers)


def changed(**changes: object) -> dict[str, object]:
    return VALID | changes


def test_a_created_product_is_answered_and_kept() -> None:
    products = InMemoryProducts()

    response = create(request(), products)

    view = {
        "productId": "new",
        **VALID,
        "createdAt": "2026-03-01T09:30:00.123Z",
        "updatedAt": "2026-03-01T09:30:00.123Z",
    }
    assert response == Response.created(view, location="./products/new")
    kept = products.by_id["new"]
    assert (kept.details.name, str(kept.details.price)) == ("Night tariff", "0.10")
    assert (kept.created_at, kept.updated_at) == (CREATED, CREATED)


def test_description_and_unit_may_be_left_out() -> None:
    response = create(request({"name": "Day", "price": "1", "currency": "GBP"}), InMemoryProducts())

    assert isinstance(response.body, dict)
    assert (response.body["description"], response.body["unit"]) == ("", "kWh")


def test_every_created_product_gets_an_id_of_its_own() -> None:
    products = InMemoryProducts()
    for _ in range(3):
        create_product(request(), products=products)

    assert len(products.by_id) == 3
    for product_id in products.by_id:
        assert Request(path={"productId": product_id}).path_id("productId") == product_id


def test_an_id_that_is_taken_replaces_nothing() -> None:
    products = InMemoryProducts(product("new"))

    with pytest.raises(ProductExistsError, match="there is a product new already"):
        create(request(), products)

    assert products.by_id == {"new": product("new")}


def test_a_replaced_product_has_only_the_new_details_and_its_old_creation_time() -> None:
    products = InMemoryProducts(product("p1"))

    response = put(request({"name": "Night", "price": "0.1", "currency": "USD"}), products)

    assert response == Response.ok(
        {
            "productId": "p1",
            "name": "Night",
            "description": "",
            "price": "0.1",
            "currency": "USD",
            "unit": "kWh",
            "createdAt": "2026-03-01T09:30:00.123Z",
            "updatedAt": "2026-04-02T18:00:00.000Z",
        },
        version="a1+",
    )
    assert products.by_id["p1"].details.name == "Night"


def test_a_deleted_product_is_gone() -> None:
    products = InMemoryProducts(product("p1"), product("p2"))

    assert delete(request(b"", product_id="p1"), products) == Response.no_content()
    assert list(products.by_id) == ["p2"]


@pytest.mark.parametrize("route", [put, delete])
@pytest.mark.parametrize("if_match", ['"a1"', '"b2", "a1"', "*", None])
def test_what_was_seen_may_be_changed(route: Route, if_match: str | None) -> None:
    assert route(request(if_match=if_match), InMemoryProducts(product("p1"))).status < 300


@pytest.mark.parametrize("route", [put, delete])
@pytest.mark.parametrize("if_match", ['"b2"', 'W/"a1"', '""', '"A1"', '"0"'])
def test_what_was_not_seen_stays_and_is_shown(route: Route, if_match: str) -> None:
    products = InMemoryProducts(product("p1"))

    with pytest.raises(ProblemError, match="it has changed since you read it") as problem:
        route(request(if_match=if_match), products)

    assert problem.value.status == 412
    there = get_product(Request(path={"productId": "p1"}), products=products)
    assert problem.value.extensions == {"current": there.body}
    assert problem.value.headers == {"etag": '"a1"'}
    assert products.by_id == {"p1": product("p1")}


@pytest.mark.parametrize("route", [put, delete])
@pytest.mark.parametrize("if_match", [None, "*", '"a1"'])
def test_an_unknown_product_is_reported_and_nothing_kept(
    route: Route, if_match: str | None
) -> None:
    products = InMemoryProducts()

    with pytest.raises(UnknownProductError, match="there is no product p1"):
        route(request(if_match=if_match), products)

    assert products.by_id == {}


@pytest.mark.parametrize("route", [create, put, delete])
@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({}, 401),
        (ADMINISTRATOR | {"token_use": "access"}, 401),
        (CUSTOMER, 403),
        (CUSTOMER | {"permissions": "read:* write:vouchers write:products/p1"}, 403),
        ({"sub": "user-3", "token_use": "id", "cognito:groups": "[administrators]"}, 403),
    ],
)
def test_nobody_changes_anything_without_the_permission_to_write_products(
    route: Route, claims: dict[str, Any], status: int
) -> None:
    products = InMemoryProducts(product("p1"))

    with pytest.raises(ProblemError) as problem:
        route(request(b"not looked at", claims=claims), products)

    assert problem.value.status == status
    assert products.by_id == {"p1": product("p1")}


@pytest.mark.parametrize("route", [create, put, delete])
@pytest.mark.parametrize("granted", ["write:products", "list:users *:prod*"])
def test_a_customer_with_the_permission_writes_products(route: Route, granted: str) -> None:
    writer = CUSTOMER | {"permissions": granted}

    assert route(request(claims=writer), InMemoryProducts(product("p1"))).status < 300


@pytest.mark.parametrize("route", [create, put])
@pytest.mark.parametrize(
    ("body", "field", "detail"),
    [
        (changed(name=""), "name", "must have 1 to 100 characters, got 0"),
        (changed(name="x" * 101), "name", "must have 1 to 100 characters, got 101"),
        (changed(name="a\u0000b"), "name", r"must have no control characters, got '\x00'"),
        (changed(name=7), "name", "must be a string, got a number"),
        (
            changed(description="x" * 1001),
            "description",
            "must have at most 1000 characters, got 1001",
        ),
        (changed(description=None), "description", "must be a string, got null"),
        (
            changed(price="-1"),
            "price",
            'must be a decimal string from "0" to "1000000" with at most 4 decimals, got \'-1\'',
        ),
        (changed(price=0.245), "price", "must be a string, got a number"),
        (changed(currency="gbp"), "currency", "must be one of GBP, EUR, USD, got 'gbp'"),
        (changed(unit="hour"), "unit", "must be one of kWh, day, month, got 'hour'"),
        (changed(productId="mine"), "productId", "is not known"),
        ({key: VALID[key] for key in ("name", "price")}, "currency", "is required"),
    ],
)
def test_one_wrong_field_is_named_and_nothing_stored(
    route: Route, body: dict[str, object], field: str, detail: str
) -> None:
    products = InMemoryProducts(product("p1"))

    with pytest.raises(ProblemError) as problem:
        route(request(body), products)

    assert problem.value.status == 422
    assert problem.value.errors == [FieldError(field, detail)]
    assert products.by_id == {"p1": product("p1")}


def test_all_wrong_fields_are_named_at_once() -> None:
    body = {"name": " ", "price": "-1", "description": 1, "unit": "hour", "colour": "red"}

    with pytest.raises(ProblemError) as problem:
        create(request(body), InMemoryProducts())

    assert [error.field for error in problem.value.errors] == [
        "name",
        "price",
        "currency",
        "description",
        "unit",
        "colour",
    ]


@pytest.mark.parametrize("route", [create, put])
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"\xff", 400),
        (json.dumps(changed(description="x" * 1024 * 1024)).encode(), 413),
        (json.dumps(changed(description="x" * 60_000)).encode(), 422),
    ],
    ids=["empty", "broken", "array", "not UTF-8", "1 MB", "60 KB"],
)
def test_a_body_that_cannot_be_a_product_stores_nothing(
    route: Route, body: bytes, status: int
) -> None:
    products = InMemoryProducts(product("p1"))

    with pytest.raises(ProblemError) as problem:
        route(request(body), products)

    assert problem.value.status == status
    assert products.by_id == {"p1": product("p1")}


@pytest.mark.parametrize("route", [put, delete])
@pytest.mark.parametrize("product_id", ["a/b", "🔌", "a b"])
def test_an_id_that_cannot_be_one_answers_400(route: Route, product_id: str) -> None:
    with pytest.raises(ProblemError, match="productId must be") as problem:
        route(request(product_id=product_id), InMemoryProducts())

    assert problem.value.status == 400
