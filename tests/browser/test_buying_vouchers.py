"""Paying for a voucher in a browser: once, whatever happens on the way."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.till import VOUCHERS_API, a_recipient, at_the_till, fill_in, keys_sent, pay

User = dict[str, Any]


@pytest.fixture
def payments(platform: dict[str, Any]) -> Iterator[httpx.Client]:
    """Return the payment provider; whatever a test tells it to do ends with the test."""
    with httpx.Client(base_url=platform["providersUrl"]) as provider:
        yield provider
        behave(provider, "ok")


def behave(provider: httpx.Client, mode: str) -> None:
    provider.put("/control", json={"payments": {"mode": mode}}).raise_for_status()


def test_a_double_click_pays_once(visit: Visit, customer: User, payments: httpx.Client) -> None:
    page = at_the_till(visit(), customer)
    keys = keys_sent(page)
    before = len(payments.get("/payments").json())
    recipient = a_recipient()
    fill_in(page, recipient)
    page.get_by_role("button", name="Pay £12.50").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Voucher of £12.50")
    page.get_by_role("link", name="All vouchers").click()
    page.locator(".card").first.wait_for()
    expect(page.locator(".card").filter(has_text=recipient)).to_have_count(1)
    assert len(keys) == 1
    assert len(payments.get("/payments").json()) == before + 1


def test_a_declined_payment_is_said_to_have_taken_nothing_and_the_next_try_is_a_new_one(
    visit: Visit, customer: User, payments: httpx.Client
) -> None:
    visitor = visit()
    page = at_the_till(visitor, customer)
    keys = keys_sent(page)
    behave(payments, "decline")
    pay(page, a_recipient())
    summary = page.get_by_role("group", name="Please check this")
    expect(summary).to_contain_text("Your payment was declined, and nothing was taken.")
    expect(summary).to_be_focused()
    visitor.forgive("status of 402")

    behave(payments, "ok")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Pay £12.50").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Voucher of £12.50")
    assert len(keys) == len(set(keys)) == 2


def test_a_lost_answer_is_asked_for_again_after_a_reload_and_paid_once(
    visit: Visit, customer: User, payments: httpx.Client
) -> None:
    visitor = visit()
    page = at_the_till(visitor, customer)
    keys = keys_sent(page)
    before = len(payments.get("/payments").json())
    recipient = a_recipient()

    # The API gets the purchase and answers, the browser never sees it.
    page.route(VOUCHERS_API, lambda route: (route.fetch(), route.abort()))
    pay(page, recipient)
    heading = page.get_by_role("heading", name="We do not know yet whether you have paid")
    expect(heading).to_be_focused()
    assert visitor.accessibility_findings() == []
    page.unroute_all()
    visitor.forgive("net::ERR_FAILED")

    page.reload()
    expect(page.get_by_role("heading", name="You have begun a purchase")).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Voucher of £12.50")
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert len(payments.get("/payments").json()) == before + 1
    visitor.open("/buy-voucher")
    expect(page.get_by_label("Amount in pounds")).to_have_value("")


@pytest.mark.parametrize("status", [400, 422])
def test_whatever_is_said_of_a_second_try_it_is_not_said_that_the_lost_first_took_nothing(
    visit: Visit, customer: User, platform: dict[str, Any], status: int
) -> None:
    visitor = visit()
    page = at_the_till(visitor, customer)
    page.route(VOUCHERS_API, lambda route: (route.fetch(), route.abort()))
    pay(page, a_recipient())
    unknown = page.get_by_role("heading", name="We do not know yet whether you have paid")
    expect(unknown).to_be_focused()
    page.unroute_all()
    page.route(
        VOUCHERS_API,
        lambda route: route.fulfill(
            status=status,
            json={"title": "No", "correlationId": "quote-me", "detail": "too old"},
            headers={"access-control-allow-origin": platform["siteUrl"]},
        ),
    )
    with page.expect_response(VOUCHERS_API):
        page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    expect(unknown).to_be_visible()
    expect(page.get_by_text("You have not paid")).to_have_count(0)
    expect(page.get_by_text("nothing was taken")).to_have_count(0)
    visitor.forgive("net::ERR_FAILED")
    visitor.forgive(f"status of {status}")


def test_an_answer_from_somebody_on_the_way_is_not_taken_for_a_refusal(
    visit: Visit, customer: User, platform: dict[str, Any]
) -> None:
    visitor = visit()
    page = at_the_till(visitor, customer)
    page.route(
        VOUCHERS_API,
        lambda route: route.fulfill(
            status=400,
            body="<h1>Bad gateway</h1>",
            headers={"access-control-allow-origin": platform["siteUrl"]},
        ),
    )
    pay(page, a_recipient())
    heading = page.get_by_role("heading", name="We do not know yet whether you have paid")
    expect(heading).to_be_focused()
    visitor.forgive("status of 400")
    visitor.forgive(
        "the API answered 400"
    )  # it bears no id: the console has one beside what was answered


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (409, "Your payment is still being processed"),
        (503, "We do not know yet whether you have paid"),
    ],
)
def test_a_payment_without_a_clear_answer_is_said_to_be_open(
    visit: Visit, customer: User, platform: dict[str, Any], status: int, words: str
) -> None:
    visitor = visit()
    page = at_the_till(visitor, customer)
    keys = keys_sent(page)
    page.route(
        VOUCHERS_API,
        lambda route: route.fulfill(
            status=status,
            json={"title": "Not now", "correlationId": "quote-me", "detail": "ask again"},
            headers={"access-control-allow-origin": platform["siteUrl"]},
        ),
    )
    pay(page, a_recipient())
    expect(page.get_by_role("heading", name=words)).to_be_focused()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name=words)).to_be_focused()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    visitor.forgive(f"status of {status}")
    assert len(keys) == 2
    assert len(set(keys)) == 1

    page.get_by_role("button", name="Buy another voucher").click()
    expect(page.get_by_label("Amount in pounds")).to_be_focused()


def test_what_does_not_fit_is_said_at_its_field_before_and_after_sending(
    visit: Visit, customer: User
) -> None:
    visitor = visit()
    page = at_the_till(visitor, customer)
    fill_in(page, "anna", amount="500.01")
    summary = page.get_by_role("group", name="Please check this")
    expect(summary.get_by_role("link")).to_have_text(
        [
            "Enter an amount from £1 to £500.",
            "Enter the e-mail address of the recipient, like name@example.com.",
        ]
    )
    # Only the API knows what an address may look like in full.
    pay(page, "anna@nowhere")
    expect(summary.get_by_role("link")).to_have_count(1)
    expect(page.get_by_label("E-mail address of the recipient")).to_have_attribute(
        "aria-invalid", "true"
    )
    visitor.forgive("status of 422")


def test_a_session_that_ended_does_not_lose_the_purchase(visit: Visit, customer: User) -> None:
    visitor = visit()
    page = at_the_till(visitor, customer)
    fill_in(page, a_recipient())
    visitor.lose_session()
    page.get_by_role("button", name="Pay £12.50").click()
    expect(page.get_by_text("Your session has ended.")).to_be_visible()
    visitor.sign_in(customer)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Voucher of £12.50")
