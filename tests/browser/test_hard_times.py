"""The website where a browser keeps nothing, others change the same, or services are busy."""

import uuid
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Visit

User = dict[str, Any]

BLOCK_STORAGE = """
for (const name of ["localStorage", "sessionStorage"]) {
  Object.defineProperty(window, name, {
    get() { throw new DOMException("The operation is insecure.", "SecurityError"); },
  });
}
"""


def test_a_browser_that_blocks_storage_shows_the_site_all_the_same(visit: Visit) -> None:
    visitor = visit()
    visitor.page.add_init_script(BLOCK_STORAGE)

    visitor.open()

    visitor.open_first_tariff()


def test_a_view_whose_code_is_long_in_coming_says_so(visit: Visit) -> None:
    visitor = visit()
    page = visitor.page
    visitor.open()
    page.locator(".card").first.wait_for()
    page.route("**/assets/*.js", lambda _: None)
    page.get_by_role("banner").get_by_role("link", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Loading the page…")
    expect(page.get_by_role("main")).to_have_attribute("aria-busy", "true")
    assert visitor.accessibility_findings() == []

    page.unroute("**/assets/*.js")

    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(page.locator("[aria-busy]")).to_have_count(0)


def start_to_change(page: Page, name: str) -> None:
    """Open a tariff's form from the list."""
    page.get_by_role("link", name=name, exact=True).click()
    page.get_by_role("link", name="Change").click()
    expect(page.get_by_label("Name")).to_have_value(name)


def test_of_two_administrators_nobody_overwrites_what_they_have_not_seen(
    visit: Visit, administrator: User
) -> None:
    name = f"Contested {uuid.uuid4().hex[:8]}"
    one, other = visit(), visit()
    for visitor in (one, other):
        visitor.open("/sign-in?next=/add-tariff")
        visitor.sign_in(administrator)
        expect(visitor.page.get_by_role("heading", name="Add a tariff")).to_be_visible()
    one.page.get_by_label("Name").fill(name)
    one.page.get_by_label("Price").fill("0.2000")
    one.page.get_by_role("button", name="Add tariff").click()
    expect(one.page.get_by_role("heading", level=1, name=name)).to_be_visible()
    for visitor in (one, other):
        visitor.open()
        start_to_change(visitor.page, name)

    one.page.get_by_label("Price").fill("0.3000")
    one.page.get_by_role("button", name="Save changes").click()
    expect(one.page.get_by_text(f"“{name}” was changed.")).to_be_visible()
    other.page.get_by_label("Price").fill("0.4000")
    other.page.get_by_role("button", name="Save changes").click()

    expect(other.page.get_by_text("Somebody else changed this meanwhile")).to_be_visible()
    expect(other.page.get_by_text("The price is now “0.3000”. You typed “0.4000”.")).to_be_visible()
    other.page.get_by_role("button", name="Take over what is there now").click()
    expect(other.page.get_by_label("Price")).to_have_value("0.3000")
    expect(other.page.get_by_text("Somebody else changed this meanwhile")).to_have_count(0)
    other.page.get_by_label("Price").fill("0.4000")
    one.open()
    one.page.get_by_role("link", name=name, exact=True).click()
    expect(one.page.get_by_text("£0.30")).to_be_visible()

    other.forgive("412")
    other.page.get_by_role("button", name="Save changes").click()
    expect(other.page.get_by_text(f"“{name}” was changed.")).to_be_visible()
    expect(other.page.get_by_text("£0.40")).to_be_visible()


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "/\\evil.example", "/\t/evil.example", "/.//evil.example"]
)
def test_signing_in_leads_to_no_other_site(
    visit: Visit, administrator: User, platform: dict[str, Any], elsewhere: str
) -> None:
    visitor = visit()
    visitor.open(f"/sign-in?next={quote(elsewhere, safe='')}")
    visitor.sign_in(administrator)

    expect(visitor.page.get_by_label("Search tariffs")).to_be_visible()
    assert visitor.page.url == f"{platform['siteUrl']}/"


def test_a_failure_says_what_to_quote_and_a_busy_service_when_to_come_back(visit: Visit) -> None:
    answers = [(500, {}), (429, {"retry-after": "1800", "access-control-expose-headers": "*"})]

    def fail(route: Route) -> None:
        status, headers = answers[0]
        route.fulfill(
            status=status,
            headers={"access-control-allow-origin": "*", **headers},
            json={"title": "No", "correlationId": "quote-me"},
        )

    visitor = visit()
    visitor.page.route("**/products?*", fail)
    visitor.open()
    expect(visitor.page.get_by_text("Reference: quote-me")).to_be_visible()

    answers.pop(0)
    visitor.page.get_by_role("button", name="Try again").click()
    expect(visitor.page.get_by_text("Try again in 30 minutes.")).to_be_visible()
    visitor.forgive("500")
    visitor.forgive("429")
