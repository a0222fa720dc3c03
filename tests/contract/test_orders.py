"""Orders that are refused before anything is paid, and what a new customer sees."""

import httpx
import pytest

from tests.e2e.buying import all_vouchers, an_order, buy
from tests.e2e.conftest import Tokens, bearer


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": "0.99"}, "amount"),
        ({"amount": "500.01"}, "amount"),
        ({"amount": "25.001"}, "amount"),
        ({"currency": "EUR"}, "currency"),
        ({"recipientEmail": "nobody"}, "recipientEmail"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_an_order_that_cannot_be_is_refused_and_nothing_is_paid(
    vouchers: httpx.Client,
    customer: Tokens,
    change: dict[str, str],
    field: str,
) -> None:
    answer = buy(vouchers, customer, {**an_order(), **change})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert answer.headers["content-type"] == "application/problem+json"
    assert all_vouchers(vouchers, customer) == []


def test_an_order_without_a_key_or_a_token_is_refused(
    vouchers: httpx.Client, customer: Tokens
) -> None:
    without_key = vouchers.post("/vouchers", json=an_order(), headers=bearer(customer.id_token))
    assert without_key.status_code == 400
    assert "Idempotency-Key" in without_key.json()["detail"]
    assert vouchers.post("/vouchers", json=an_order()).status_code == 401
    assert vouchers.get("/vouchers").status_code == 401


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=ten", "nextToken=forged"])
def test_a_page_of_vouchers_that_cannot_be_is_refused(
    vouchers: httpx.Client, customer: Tokens, query: str
) -> None:
    answer = vouchers.get(f"/vouchers?{query}", headers=bearer(customer.id_token))

    assert answer.status_code == 400
    assert query.split("=")[0] in answer.json()["detail"]
