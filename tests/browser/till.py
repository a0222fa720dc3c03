"""Where somebody buys a voucher: the form, the question, and what the browser sends."""

import re
import uuid
from typing import Any

from playwright.sync_api import Page, Request

from tests.browser.conftest import Visitor

VOUCHERS_API = re.compile(r"\$default/vouchers(\?|$)")


def a_recipient() -> str:
    return f"anna-{uuid.uuid4().hex[:8]}@example.com"


def at_the_till(visitor: Visitor, user: dict[str, Any]) -> Page:
    """Sign in and open the form of a voucher."""
    visitor.open("/buy-voucher")
    visitor.sign_in(user)
    return visitor.page


def fill_in(page: Page, recipient: str, amount: str = "12.50") -> None:
    """Fill in the form of a voucher, up to the question whether to pay."""
    page.get_by_label("Amount in pounds").fill(amount)
    page.get_by_label("E-mail address of the recipient").fill(recipient)
    page.get_by_role("button", name="Continue").click()


def pay(page: Page, recipient: str, amount: str = "12.50") -> None:
    fill_in(page, recipient, amount)
    page.get_by_role("dialog").get_by_role("button", name=f"Pay £{amount}").click()


def keys_sent(page: Page) -> list[str]:
    """Return a list that grows by the key of each purchase sent from now on."""
    keys: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST" and VOUCHERS_API.search(request.url):
            keys.append(request.headers["idempotency-key"])

    page.on("request", note)
    return keys
