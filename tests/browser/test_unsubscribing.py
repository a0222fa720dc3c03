"""Somebody who follows the link in a mail, and presses the button."""

from typing import Any, Literal

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.e2e.audience import ask, readers


def test_a_broken_link_is_said_to_be_so_in_the_looks_of_the_website(
    visit: Visit, platform: dict[str, Any]
) -> None:
    identity = httpx.get(platform["configUrl"]).json()["apis"]["identity"]
    visitor = visit(width=320, height=640)
    page = visitor.page
    page.goto(f"{identity}/unsubscribe?token=half")
    expect(page.get_by_role("heading", level=1)).to_have_text("This link does not work")
    assert visitor.accessibility_findings() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320

    page.get_by_role("link", name="your account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    visitor.forgive("status of 400")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_button_behind_the_link_ends_the_newsletter_in_the_looks_of_the_website(
    visit: Visit, platform: dict[str, Any], scheme: Literal["light", "dark"]
) -> None:
    config = httpx.get(platform["configUrl"]).json()
    with readers(platform, config, 1) as (reader,):
        question = {"userIds": [reader.user_id]}
        (subscriber,) = ask(platform, "DescribeSubscribers", question)["subscribers"]
        visitor = visit(width=320, height=640, scheme=scheme)
        page = visitor.page

        def ground() -> str:
            colour: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
            return colour

        visitor.open()
        page.get_by_role("banner").wait_for()
        of_the_site = ground()
        page.goto(subscriber["unsubscribeUrl"])
        assert ground() == of_the_site
        assert visitor.accessibility_findings() == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        page.get_by_role("button", name="Unsubscribe").focus()
        page.keyboard.press("Enter")

        expect(page.get_by_role("heading", level=1)).to_have_text("You are unsubscribed")
        assert visitor.accessibility_findings() == []
        assert ask(platform, "DescribeSubscribers", question)["subscribers"] == []
        page.get_by_role("link", name="Blockwork Energy").click()
        page.locator(".card").first.wait_for()
