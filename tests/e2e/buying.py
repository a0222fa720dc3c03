"""What somebody does who buys vouchers, and what the world outside then knows of it."""

import io
import re
import secrets
import time
import uuid
from collections import Counter
from collections.abc import Collection
from typing import Any
from urllib.parse import urlencode

import httpx
import pypdf

from tests.e2e.conftest import Tokens, bearer
from tests.waiting import eventually

CODE = re.compile(r"\b[A-Z0-9]{4}(?:-[A-Z0-9]{4}){3,}\b")
Order = dict[str, str]


def an_order(amount: str = "25.00") -> Order:
    """Return an order whose mail can be told from all others by its recipient."""
    recipient = f"{uuid.uuid4().hex}@example.org"
    return {"amount": amount, "currency": "GBP", "recipientEmail": recipient}


def buy(
    vouchers: httpx.Client, tokens: Tokens, order: Order, key: str | None = None
) -> httpx.Response:
    """Send an order once."""
    headers = {**bearer(tokens.id_token), "Idempotency-Key": key or uuid.uuid4().hex}
    return vouchers.post("/vouchers", json=order, headers=headers)


def buy_patiently(
    vouchers: httpx.Client,
    tokens: Tokens,
    order: Order,
    key: str,
    *,
    not_yet: Collection[int] = (409, 429),
) -> httpx.Response:
    """Send an order as often as the answer asks for it, as an honest client does.

    :param not_yet: the statuses, beside those of failures, after which the client asks again.
    """
    answers: list[httpx.Response] = []

    def ask() -> int:
        answers.append(buy(vouchers, tokens, order, key))
        return answers[-1].status_code

    def pause(seconds: float) -> None:
        time.sleep(seconds + secrets.randbelow(400) / 1000)

    # The key makes it safe to ask again after an answer that tells nothing, as that of a function
    # which a slow machine gave no time to end.
    eventually(ask, until=lambda status: status not in not_yet and status < 500, pause=pause)
    return answers[-1]


def show(vouchers: httpx.Client, tokens: Tokens, voucher_id: str) -> dict[str, Any]:
    answer = get_patiently(vouchers, tokens, f"/vouchers/{voucher_id}")
    assert answer.status_code == 200, answer.text
    voucher: dict[str, Any] = answer.json()
    return voucher


def get_patiently(vouchers: httpx.Client, tokens: Tokens, path: str) -> httpx.Response:
    """Ask again as long as the answer is that too many do."""
    answers: list[httpx.Response] = []

    def ask() -> int:
        answers.append(vouchers.get(path, headers=bearer(tokens.id_token)))
        return answers[-1].status_code

    eventually(ask, until=lambda status: status != 429)
    return answers[-1]


def all_vouchers(vouchers: httpx.Client, tokens: Tokens) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    query: dict[str, str] = {"limit": "100"}
    while True:
        page = get_patiently(vouchers, tokens, f"/vouchers?{urlencode(query)}").json()
        found += page["vouchers"]
        if "nextToken" not in page:
            return found
        query["nextToken"] = page["nextToken"]


def payments_of(outside: httpx.Client, voucher_ids: set[str]) -> Counter[str]:
    taken = outside.get("/payments").json()
    return Counter(payment["key"] for payment in taken if payment["key"] in voucher_ids)


def mails_to(outside: httpx.Client, recipients: set[str]) -> list[dict[str, Any]]:
    mails: list[dict[str, Any]] = outside.get("/mails").json()
    return [mail for mail in mails if set(mail["to"]) & recipients]


def code_in(pdf: bytes) -> str:
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    codes = CODE.findall(text)
    assert len(set(codes)) == 1, text
    return str(codes[0])
