"""What the footer leads to: contact, terms, privacy, and whether the services answer."""

import re
from typing import Any, Literal

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, Visitor

User = dict[str, Any]
PAGES = ["Contact", "Terms", "Privacy", "Status"]


def service(page: Page, name: str) -> Any:
    return page.get_by_role("main").get_by_role("listitem").filter(has_text=name)


def forgive_refusals(visitor: Visitor) -> None:
    """Strike out what the browser says of services that refuse a question, as they should."""
    visitor.forgive("status of 4")


def all_asked(page: Page) -> None:
    page.get_by_text("Last asked").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_footer_leads_to_pages_that_everybody_can_read_on_a_phone(
    visit: Visit, scheme: Literal["light", "dark"]
) -> None:
    visitor = visit(width=320, height=640, scheme=scheme)
    page = visitor.page
    visitor.open()
    page.locator(".card").first.wait_for()
    for name in PAGES:
        page.get_by_role("contentinfo").get_by_role("link", name=name).press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        expect(page).to_have_title(f"{name} · Blockwork Energy")
        if name == "Status":
            all_asked(page)
        assert visitor.accessibility_findings() == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
    forgive_refusals(visitor)


def test_a_reference_that_is_none_of_ours_is_not_repeated(visit: Visit) -> None:
    visitor = visit()
    visitor.open("/contact?reference=%3Cb%3ECall%20this%20number")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Contact")
    expect(visitor.page.get_by_text("Call this number")).to_have_count(0)


def test_the_status_names_every_service_of_the_stage_and_what_each_answered(
    visit: Visit, platform: dict[str, Any]
) -> None:
    visitor = visit()
    page = visitor.page
    visitor.open("/status")
    all_asked(page)

    apis = httpx.get(platform["configUrl"]).json()["apis"]
    expect(page.get_by_role("main").get_by_role("listitem")).to_have_count(len(apis))
    for name in ("Tariffs", "Accounts", "Weather forecast"):
        expect(service(page, name)).to_contain_text("Works")
    for name in ("Vouchers", "Support chat", "Newsletters"):
        expect(service(page, name)).to_contain_text("Can be reached")
    expect(page.get_by_role("status").filter(has_text="All services answered.")).to_be_visible()
    forgive_refusals(visitor)


def test_who_is_signed_in_is_answered_by_the_services_themselves(
    visit: Visit, customer: User
) -> None:
    visitor = visit()
    page = visitor.page
    visitor.open("/sign-in?next=/status")
    visitor.sign_in(customer)
    all_asked(page)

    for name in ("Vouchers", "Support chat", "Newsletters"):
        expect(service(page, name)).to_contain_text("Works")
    assert any("403" in each for each in visitor.complaints)  # no customer may see campaigns
    forgive_refusals(visitor)


def test_what_does_not_answer_is_said_and_asking_again_says_how_it_is_then(visit: Visit) -> None:
    visitor = visit()
    page = visitor.page
    headers = {"access-control-allow-origin": "*"}
    page.route("**/forecast?*", lambda route: route.abort())
    page.route(
        "**/products?*",
        lambda route: route.fulfill(
            status=500, headers=headers, json={"title": "No", "correlationId": "quote-me"}
        ),
    )
    visitor.open("/status")
    told = page.get_by_role("status").filter(has_text=re.compile(r"2 of \d+ services did not"))
    expect(told).to_be_visible()
    expect(service(page, "Weather forecast")).to_contain_text("Does not answer")
    expect(service(page, "Tariffs")).to_contain_text("Has problems")
    expect(service(page, "Tariffs")).to_contain_text("quote-me")
    first = page.get_by_role("status").locator("time").get_attribute("datetime")

    page.unroute_all()
    page.get_by_role("button", name="Ask again").press("Enter")
    expect(page.get_by_text("All services answered.")).to_be_visible()
    expect(page.get_by_role("button", name="Ask again")).to_be_focused()
    assert page.get_by_role("status").locator("time").get_attribute("datetime") != first
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", first or "")
    forgive_refusals(visitor)
    visitor.forgive("status of 500")
    visitor.forgive("ERR_FAILED")


def test_something_else_in_the_place_of_a_service_is_not_taken_for_it(visit: Visit) -> None:
    visitor = visit()
    page = visitor.page
    headers = {"access-control-allow-origin": "*"}
    page.route("**/products?*", lambda r: r.fulfill(status=404, headers=headers, body="<h1>No"))
    visitor.open("/status")
    all_asked(page)

    expect(service(page, "Tariffs")).to_contain_text("Has problems")
    forgive_refusals(visitor)
    visitor.forgive("the API answered 404")
