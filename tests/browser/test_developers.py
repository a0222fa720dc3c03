"""The contracts of the APIs, as a developer reads and tries them."""

import json
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import expect

from tests.browser.conftest import Visit, Visitor

DOCUMENTS = Path(__file__).parents[2] / "docs" / "openapi"


def opened(visitor: Visitor, key: str) -> None:
    """Open a route by the keyboard."""
    heading = visitor.page.get_by_role("heading", name=key, exact=True)
    visitor.page.locator("summary", has=heading).press("Enter")


def test_the_footer_leads_to_every_contract_and_each_is_served(
    visit: Visit, platform: dict[str, Any]
) -> None:
    visitor = visit()
    visitor.open()
    visitor.page.get_by_role("link", name="For developers").click()

    for file in sorted(DOCUMENTS.glob("*.json")):
        document = json.loads(file.read_text())
        title = document["info"]["title"]
        expect(visitor.page.get_by_role("heading", level=2, name=title)).to_be_visible()
        served = httpx.get(f"{platform['siteUrl']}/openapi/{file.name}")
        assert served.json() == document
        assert served.headers["content-type"].startswith("application/json")


def test_a_route_that_everybody_may_call_is_tried_by_the_keyboard_alone(visit: Visit) -> None:
    visitor = visit()
    visitor.open("/developers")
    opened(visitor, "GET /products")
    visitor.page.get_by_label("limit").fill("1")
    visitor.page.keyboard.press("Enter")

    answer = visitor.page.get_by_role("region", name="What was answered")
    expect(answer).to_contain_text("200")
    assert len(json.loads(answer.inner_text().partition("\n\n")[2])["products"]) == 1


def test_who_is_signed_in_tries_with_their_own_permissions(
    visit: Visit, customer: dict[str, Any]
) -> None:
    visitor = visit()
    visitor.open("/sign-in?next=/developers")
    visitor.sign_in(customer)
    opened(visitor, "POST /products")
    visitor.page.get_by_role("button", name="Send").click()

    answer = visitor.page.get_by_role("region", name="What was answered")
    expect(answer).to_contain_text("you need the permission to write products")
    visitor.forgive("403")
