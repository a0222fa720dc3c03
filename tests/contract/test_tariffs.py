"""Tariffs: written by who may, read by everybody, refused field by field."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.contract.conftest import all_tariffs, marked
from tests.e2e.conftest import Tokens, bearer
from tests.e2e.routes import MARK

TARIFF = {"name": "Tracker", "price": "0.2450", "currency": "GBP", "description": MARK}
PROBLEM = "application/problem+json"


@pytest.fixture
def product(catalog: httpx.Client, administrator: Tokens) -> Iterator[dict[str, Any]]:
    """Add a tariff, and take it away again."""
    answer = catalog.post("/products", json=TARIFF, headers=bearer(administrator.id_token))
    assert answer.status_code == 201, answer.text
    added: dict[str, Any] = answer.json()
    yield added
    catalog.delete(f"/products/{added['productId']}", headers=bearer(administrator.id_token))


def test_an_added_tariff_is_listed_shown_changed_and_deleted(
    catalog: httpx.Client, administrator: Tokens
) -> None:
    signed_in = bearer(administrator.id_token)

    added = catalog.post("/products", json=TARIFF, headers=signed_in)

    assert added.status_code == 201
    product = added.json()
    assert product["price"] == "0.2450"
    assert product["unit"] == "kWh"
    assert product["createdAt"].endswith("Z")
    location = added.request.url.join(added.headers["location"])
    assert httpx.get(location).json() == product
    assert product in marked(catalog)

    path = f"/products/{product['productId']}"
    changed = catalog.put(path, json={**TARIFF, "name": "Tracker 2"}, headers=signed_in)
    assert changed.status_code == 200
    assert changed.json()["name"] == "Tracker 2"
    assert changed.json()["createdAt"] == product["createdAt"]
    assert changed.json()["updatedAt"] > product["updatedAt"]

    assert catalog.delete(path, headers=signed_in).status_code == 204
    assert catalog.get(path).status_code == 404
    assert catalog.delete(path, headers=signed_in).status_code == 404
    assert catalog.put(path, json=TARIFF, headers=signed_in).status_code == 404


def test_pages_hold_every_tariff_once(catalog: httpx.Client, product: dict[str, Any]) -> None:
    by_two = [item["productId"] for item in all_tariffs(catalog, limit=2)]

    assert len(by_two) == len(set(by_two))
    assert product["productId"] in by_two


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/products"), ("PUT", "/products/any"), ("DELETE", "/products/any")],
)
def test_writing_asks_for_a_permission(
    catalog: httpx.Client, customer: Tokens, administrator: Tokens, method: str, path: str
) -> None:
    def status(headers: dict[str, str]) -> int:
        return catalog.request(method, path, json=TARIFF, headers=headers).status_code

    before = marked(catalog)
    head, payload, signature = administrator.id_token.split(".")

    assert status({}) == 401
    assert status(bearer("nonsense")) == 401
    assert status(bearer(f"{head}.{payload}.{signature[::-1]}")) == 401
    assert status(bearer(administrator.access_token)) == 401
    assert status(bearer(customer.id_token)) == 403
    assert marked(catalog) == before


@pytest.mark.parametrize(
    ("body", "status", "fields"),
    [
        ({}, 422, {"name", "price", "currency"}),
        ({**TARIFF, "price": "-1", "currency": "gold", "colour": "red"}, 422, None),
        ({**TARIFF, "price": "-0.01"}, 422, {"price"}),
        ({**TARIFF, "price": 0.245}, 422, {"price"}),
        ({**TARIFF, "price": "NaN"}, 422, {"price"}),
        ({**TARIFF, "price": "0.24501"}, 422, {"price"}),
        ({**TARIFF, "colour": "red"}, 422, {"colour"}),
        ({**TARIFF, "productId": "mine"}, 422, {"productId"}),
        ({**TARIFF, "name": " "}, 422, {"name"}),
        ({**TARIFF, "name": "x" * 101}, 422, {"name"}),
        ({**TARIFF, "unit": "mile"}, 422, {"unit"}),
        ([TARIFF], 400, set()),
        ("{broken", 400, set()),
        ("", 400, set()),
        ({**TARIFF, "description": "x" * 1_000_000}, 413, set()),
    ],
    ids=lambda value: json.dumps(value)[:40] if isinstance(value, dict | list | str) else None,
)
def test_a_body_that_does_not_fit_is_refused_field_by_field_and_nothing_is_stored(
    catalog: httpx.Client,
    administrator: Tokens,
    body: object,
    status: int,
    fields: set[str] | None,
) -> None:
    before = marked(catalog)
    content = body if isinstance(body, str) else json.dumps(body)

    answer = catalog.post("/products", content=content, headers=bearer(administrator.id_token))

    assert answer.status_code == status
    assert answer.headers["content-type"] == PROBLEM
    problem = answer.json()
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    named = {error["field"] for error in problem.get("errors", [])}
    assert named == ({"price", "currency", "colour"} if fields is None else fields)
    assert marked(catalog) == before


@pytest.mark.parametrize("product_id", ["a%2Fb", "%F0%9F%98%80", "a%20b", "x" * 65, ".."])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_id_that_cannot_be_is_refused_and_nothing_is_stored(
    catalog: httpx.Client, administrator: Tokens, method: str, product_id: str
) -> None:
    before = marked(catalog)

    answer = catalog.request(
        method, f"/products/{product_id}", json=TARIFF, headers=bearer(administrator.id_token)
    )

    assert answer.status_code in (400, 404)
    assert answer.headers["content-type"] in (PROBLEM, "application/json")
    assert marked(catalog) == before


def test_an_unknown_tariff_is_a_problem_that_names_it(catalog: httpx.Client) -> None:
    answer = catalog.get("/products/unknown")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == PROBLEM
    assert "unknown" in answer.json()["detail"]


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=ten", "nextToken=forged"])
def test_a_page_that_cannot_be_is_refused(catalog: httpx.Client, query: str) -> None:
    answer = catalog.get(f"/products?{query}")

    assert answer.status_code == 400
    assert query.split("=")[0] in answer.json()["detail"]


def test_scripts_of_the_website_may_call_and_no_others(
    site_url: str, catalog: httpx.Client
) -> None:
    def ask(origin: str) -> httpx.Response:
        headers = {
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        }
        return catalog.options("/products", headers=headers)

    allowed = ask(site_url)
    assert allowed.status_code == 204
    assert allowed.headers["access-control-allow-origin"] == site_url
    assert "authorization" in allowed.headers["access-control-allow-headers"]

    for stranger in ("https://evil.example", "null"):
        assert "access-control-allow-origin" not in ask(stranger).headers
        answer = catalog.get("/products", headers={"Origin": stranger})
        assert "access-control-allow-origin" not in answer.headers
    answer = catalog.get("/products", headers={"Origin": site_url})
    assert answer.headers["access-control-allow-origin"] == site_url


def test_a_request_can_be_followed_by_its_correlation_id(catalog: httpx.Client) -> None:
    given = catalog.get("/products", headers={"x-correlation-id": "order-42"})
    assert given.headers["x-correlation-id"] == "order-42"

    made_up = catalog.get("/products", headers={"x-correlation-id": "not a correlation id"})
    assert made_up.headers["x-correlation-id"] not in ("", "not a correlation id")
