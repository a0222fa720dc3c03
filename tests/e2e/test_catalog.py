"""The catalog's public contract, driven over HTTP."""

from typing import Any

import httpx

TARIFF = {"name": "Tracker", "price": "0.2450", "currency": "GBP"}
PROBLEM = "application/problem+json"


def all_products(catalog: httpx.Client, limit: int = 100) -> list[dict[str, Any]]:
    products: list[dict[str, Any]] = []
    query: dict[str, str | int] = {"limit": limit}
    while True:
        page = catalog.get("/products", params=query).json()
        products += page["products"]
        if "nextToken" not in page:
            return products
        query["nextToken"] = page["nextToken"]


def test_everybody_reads_the_tariffs_the_platform_begins_with(catalog: httpx.Client) -> None:
    products = all_products(catalog)

    assert len(products) >= 3
    for product in products:
        assert set(product) == {
            "productId",
            "name",
            "description",
            "price",
            "currency",
            "unit",
            "createdAt",
            "updatedAt",
        }
        assert product["createdAt"].endswith("Z")
