"""Who uses the keyboard or listens is never thrown back to the top of the page."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.test_authenticator import authenticator_code

User = dict[str, Any]


def focused(page: Page) -> str:
    """Return the tag of what has the focus."""
    tag: str = page.evaluate("document.activeElement.tagName")
    return tag


def test_the_focus_stays_near_when_the_second_step_is_switched_on_and_off(
    visit: Visit, new_user: Callable[[], User]
) -> None:
    visitor = visit()
    page = visitor.page
    visitor.open("/sign-in?next=/account")
    visitor.sign_in(new_user())
    begin = page.get_by_role("button", name="Set up an authenticator app")
    begin.click()
    page.get_by_role("button", name="Cancel").click()
    expect(begin).to_be_visible()
    assert focused(page) != "BODY"

    begin.click()
    secret = page.get_by_label("Setup key").inner_text().replace(" ", "")
    page.get_by_label("Code that the app shows").fill(authenticator_code(secret))
    page.get_by_label("Code that the app shows").press("Enter")
    expect(page.get_by_text("It is on:")).to_be_visible()
    assert focused(page) != "BODY"

    page.get_by_role("button", name="Switch off").click()
    page.get_by_role("dialog").get_by_role("button", name="Switch off").click()
    expect(begin).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert focused(page) != "BODY"


def test_the_focus_stays_near_when_a_permission_is_taken_away(
    visit: Visit, administrator: User, new_user: Callable[[], User]
) -> None:
    user = new_user()
    visitor = visit()
    page = visitor.page
    visitor.open(f"/sign-in?next=/users/{user['user_id']}/permissions")
    visitor.sign_in(administrator)
    page.get_by_role("button", name="write:products", exact=True).click()
    page.get_by_role("button", name="Grant", exact=True).press("Enter")
    take_away = page.get_by_role("button", name="Take away write:products")
    take_away.press("Enter")
    expect(page.get_by_text("write:products was taken away.")).to_be_visible()
    expect(page.get_by_text("Nothing yet.")).to_be_visible()
    assert focused(page) != "BODY"


@pytest.mark.parametrize("path", ["/tariffs/p1", "/no/such/page"])
def test_the_heading_of_a_page_has_the_focus_before_and_after_its_content_has_come(
    visit: Visit, path: str
) -> None:
    visitor = visit()
    page = visitor.page
    visitor.open("/")
    page.locator(".card").first.wait_for()
    waiting: list[Any] = []
    page.route("**/products/p1", lambda route: waiting.append(route))
    page.evaluate(
        "path => { const link = document.createElement('a'); link.href = path;"
        " link.textContent = 'There'; document.querySelector('main').append(link) }",
        path,
    )
    page.get_by_role("link", name="There").click()
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    for route in waiting:
        route.fulfill(
            json={"title": "Not found", "status": 404, "detail": "no"},
            status=404,
            headers={"access-control-allow-origin": "*"},
        )
        expect(page.get_by_text("We do not offer this tariff")).to_be_visible()
        visitor.forgive("status of 404")
    assert focused(page) != "BODY"
