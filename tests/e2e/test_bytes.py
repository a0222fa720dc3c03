"""What is stored is what was sent, to the last character, or nothing is."""

import json

import httpx
import pytest

from tests.e2e.conftest import Tokens, bearer

TEXT = '{"name": "Économie", "price": "0.2450", "currency": "GBP"}'
JSON = "application/json"


Sent = tuple[bytes, str | None]


def unreadable(text: str) -> list[Sent]:
    """Return bodies that are no text in UTF-8, each with its Content-Type; the text has an É."""
    return [
        (text.encode("latin-1"), JSON),
        (text.encode("latin-1"), "application/json; charset=ISO-8859-1"),
        (text.encode("latin-1"), "text/plain"),
        (text.encode("latin-1"), "application/octet-stream"),
        (text.encode("latin-1"), "application/x-www-form-urlencoded"),
        (text.encode("latin-1"), None),
        (text.encode("utf-16"), JSON),
        (text.encode("utf-32-le"), JSON),
        (text.encode("utf-8-sig"), JSON),
        (text.encode("utf-8"), "application/json; charset=windows-1252"),
        (text.encode().replace(b"\xc3\x89", b"\xc1\x81"), JSON),
        (text.encode().replace(b"\xc3\x89", b"\xed\xa0\x80"), JSON),
        (text.encode().replace(b"\xc3\x89", b"\0"), JSON),
        (text.replace("É", r"\ud800").encode(), JSON),
    ]


@pytest.mark.parametrize(
    ("body", "content_type"), unreadable(TEXT), ids=lambda value: repr(value)[:40]
)
def test_what_is_not_text_in_utf_8_is_refused_and_nothing_is_stored(
    catalog: httpx.Client, administrator: Tokens, body: bytes, content_type: str | None
) -> None:
    before = catalog.get("/products", params={"limit": 100}).json()["products"]
    headers = {"Content-Type": content_type} if content_type else {}

    answer = catalog.post(
        "/products", content=body, headers={**headers, **bearer(administrator.id_token)}
    )

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert "the body must be JSON" in answer.json()["detail"]
    assert catalog.get("/products", params={"limit": 100}).json()["products"] == before


@pytest.mark.parametrize("content_type", [JSON, f"{JSON}; charset=UTF-8", "application/x-any"])
@pytest.mark.parametrize("escaped", [False, True])
def test_text_in_utf_8_comes_back_as_it_was(
    catalog: httpx.Client, administrator: Tokens, content_type: str, escaped: bool
) -> None:
    name = "Économie → 電気 🔌 \u00a0e\u0301"
    tariff = {"name": name, "price": "0.2450", "currency": "GBP"}
    headers = {"Content-Type": content_type, **bearer(administrator.id_token)}

    body = json.dumps(tariff, ensure_ascii=escaped).encode()
    added = catalog.post("/products", content=body, headers=headers)

    path = f"/products/{added.json()['productId']}"
    assert catalog.get(path).json()["name"] == name
    catalog.delete(path, headers=headers)
