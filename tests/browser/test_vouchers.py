"""A customer's vouchers in a browser, on the deployed local stage with the providers beside it."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.conftest import Visit, letting_events_in
from tests.browser.till import VOUCHERS_API, a_recipient, at_the_till, pay
from tests.waiting import eventually

User = dict[str, Any]


def test_a_voucher_is_bought_followed_until_it_is_mailed_and_its_pdf_opened(
    visit: Visit, customer: User
) -> None:
    visitor = visit()
    page = visitor.page
    recipient = a_recipient()
    visitor.open()
    page.get_by_role("banner").get_by_role("link", name="Sign in").click()
    visitor.sign_in(customer)
    page.get_by_role("navigation").get_by_role("link", name="Vouchers").click()
    page.get_by_role("link", name="Buy a voucher").click()
    page.get_by_role("button", name="£25").click()
    page.get_by_label("E-mail address of the recipient").fill(recipient)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("dialog", name="Pay £25.00?")).to_contain_text(recipient)
    page.get_by_role("button", name="Pay £25.00").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Voucher of £25.00")
    news = page.get_by_role("main").get_by_role("status")
    expect(news).to_have_text(f"The voucher was mailed to {recipient}.")
    expect(page.get_by_role("listitem").filter(has_text=": done")).to_have_count(3)

    with (
        page.context.expect_event("response", is_of_s3) as answered,
        page.expect_popup() as opened,
    ):
        page.get_by_role("button", name="Open the PDF").click()
    assert answered.value.status == 200
    assert answered.value.headers["content-type"] == "application/pdf"
    opened.value.wait_for_url(re.compile("X-Amz-Signature="))
    assert opened.value.evaluate("window.opener") is None
    page.get_by_role("link", name="All vouchers").click()
    first = page.locator(".card").first
    expect(first).to_contain_text(recipient)
    expect(first.get_by_role("listitem").filter(has_text=": done")).to_have_count(3)


def is_of_s3(response: Response) -> bool:
    return "X-Amz-Signature=" in response.url


def test_everybody_sees_their_own_vouchers_only(
    visit: Visit, customer: User, administrator: User
) -> None:
    buyer = visit()
    recipient = a_recipient()
    page = at_the_till(buyer, customer)
    pay(page, recipient)
    expect(page.get_by_role("heading", level=1)).to_have_text("Voucher of £12.50")
    path = re.sub(r"^https?://[^/]+", "", page.url)

    other = visit()
    other.open("/vouchers")
    other.sign_in(administrator)
    expect(other.page.locator("[aria-busy]")).to_have_count(0)
    expect(other.page.get_by_text(recipient)).to_have_count(0)
    other.open(path)
    expect(other.page.get_by_role("heading", level=1)).to_have_text(
        "We could not find this voucher"
    )
    other.forgive("status of 404")


def test_vouchers_ask_to_sign_in_and_lead_back(visit: Visit, customer: User) -> None:
    visitor = visit()
    page = visitor.page
    visitor.open()
    page.locator(".card").first.wait_for()
    expect(page.get_by_role("link", name="Vouchers")).to_have_count(0)
    visitor.open("/vouchers")
    visitor.sign_in(customer)
    expect(page.get_by_role("heading", level=1)).to_have_text("Vouchers")


def test_nobody_asks_for_the_status_in_a_hidden_tab(
    visit: Visit, customer: User, platform: dict[str, Any]
) -> None:
    visitor = visit()
    page = visitor.page
    # Where nobody tells, somebody has to ask.
    page.route("**/tickets", lambda route: route.abort())
    at_the_till(visitor, customer)
    paid = {
        "voucherId": "v1",
        "status": "PAID",
        "amount": "12.50",
        "currency": "GBP",
        "recipientEmail": "anna@example.com",
        "createdAt": "2026-01-31T12:00:00Z",
    }
    page.route(
        re.compile(r"\$default/vouchers/"),
        lambda route: route.fulfill(
            json=paid, headers={"access-control-allow-origin": platform["siteUrl"]}
        ),
    )
    pay(page, a_recipient())
    page.get_by_text("Your payment has arrived.").wait_for()
    show_tab(page, hidden=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(2_500)
    assert [url for url in asked if "/vouchers/" in url] == []
    show_tab(page, hidden=False)
    eventually(lambda: [url for url in asked if "/vouchers/" in url], pause=letting_events_in(page))
    visitor.forgive("net::ERR_FAILED")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_voucher_that_failed_says_so_and_why_and_is_not_asked_for_any_more(
    visit: Visit, customer: User, platform: dict[str, Any], scheme: Any
) -> None:
    reason = "The voucher could not be delivered in time. The money was returned."
    failed = {
        "voucherId": "v1",
        "status": "FAILED",
        "reason": reason,
        "amount": "12.50",
        "currency": "GBP",
        "recipientEmail": "anna@example.com",
        "createdAt": "2026-01-31T12:00:00Z",
    }
    visitor = visit(width=320, height=640, scheme=scheme)
    page = visitor.page
    headers = {"access-control-allow-origin": platform["siteUrl"]}
    page.route(
        VOUCHERS_API, lambda route: route.fulfill(json={"vouchers": [failed]}, headers=headers)
    )
    page.route(
        re.compile(r"\$default/vouchers/"),
        lambda route: route.fulfill(json=failed, headers=headers),
    )
    visitor.open("/sign-in?next=/vouchers")
    visitor.sign_in(customer)
    card = page.locator(".card").first
    expect(card.get_by_role("listitem")).to_have_text("Failed")
    assert visitor.accessibility_findings() == []
    card.get_by_role("link").click()

    expect(page.get_by_role("main").get_by_role("status")).to_have_text(reason)
    expect(page.get_by_role("main").get_by_role("listitem")).to_have_text("Failed")
    expect(page.get_by_role("button", name="Open the PDF")).to_have_count(0)
    assert visitor.accessibility_findings() == []
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(2_500)
    assert [url for url in asked if "/vouchers" in url] == []


def show_tab(page: Page, *, hidden: bool) -> None:
    page.evaluate(
        "hidden => {"
        " Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});"
        " document.dispatchEvent(new Event('visibilitychange')) }",
        hidden,
    )


def test_an_empty_list_is_said_to_be_empty(
    visit: Visit, customer: User, platform: dict[str, Any]
) -> None:
    visitor = visit()
    page = visitor.page
    page.route(
        VOUCHERS_API,
        lambda route: route.fulfill(
            json={"vouchers": []}, headers={"access-control-allow-origin": platform["siteUrl"]}
        ),
    )
    visitor.open("/sign-in?next=/vouchers")
    visitor.sign_in(customer)
    expect(page.get_by_role("heading", name="No vouchers yet")).to_be_visible()
