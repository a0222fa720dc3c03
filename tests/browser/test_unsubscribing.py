"""Somebody who follows the link in a mail, and presses the button."""

from typing import Any

import httpx
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.e2e.audience import ask, readers


def test_the_button_behind_the_link_ends_the_newsletter(
    visit: Visit, platform: dict[str, Any]
) -> None:
    config = httpx.get(platform["configUrl"]).json()
    with readers(platform, config, 1) as (reader,):
        question = {"userIds": [reader.user_id]}
        (subscriber,) = ask(platform, "DescribeSubscribers", question)["subscribers"]
        visitor = visit()
        page = visitor.page

        page.goto(subscriber["unsubscribeUrl"])
        assert visitor.accessibility_findings() == []
        page.get_by_role("button", name="Unsubscribe").click()

        expect(page.get_by_role("heading", level=1)).to_have_text("You are unsubscribed")
        assert visitor.accessibility_findings() == []
        assert ask(platform, "DescribeSubscribers", question)["subscribers"] == []
