"""What somebody has of a voucher they bought: its mail once more, and a receipt to print."""

import io
import re
from typing import Any, Literal

import httpx
import pypdf
import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Visit, Visitor, letting_events_in
from tests.browser.till import a_recipient, at_the_till, pay
from tests.e2e.buying import mails_to
from tests.waiting import eventually

User = dict[str, Any]

MAILS = re.compile(r"/vouchers/[^/]+/mails$")
OF_V1 = re.compile(r"\$default/vouchers/v1$")
V1 = {
    "voucherId": "v1",
    "status": "MAILED",
    "amount": "12.50",
    "currency": "GBP",
    "recipientEmail": "anna@example.com",
    "createdAt": "2026-01-31T12:00:00.000Z",
    "pdfUrl": "https://documents.example/v1.pdf",
}


def a_voucher(
    visitor: Visitor, user: User, platform: dict[str, Any], **changes: str | None
) -> Page:
    """Open the page of a voucher that the API is said to know."""
    shown = {name: value for name, value in (V1 | changes).items() if value is not None}
    headers = {"access-control-allow-origin": platform["siteUrl"]}
    visitor.page.route(OF_V1, lambda route: route.fulfill(json=shown, headers=headers))
    visitor.open("/sign-in?next=/vouchers/v1")
    visitor.sign_in(user)
    visitor.page.get_by_role("heading", level=1, name="Voucher of £12.50").wait_for()
    return visitor.page


def answer_of(platform: dict[str, Any], status: int, **more: str) -> dict[str, Any]:
    headers = {
        "access-control-allow-origin": platform["siteUrl"],
        "access-control-expose-headers": "retry-after",
        **more,
    }
    taken = {"voucherId": "v1", "recipientEmail": V1["recipientEmail"]}
    problem = {"title": "No", "status": status, "detail": "no", "correlationId": "quote-me"}
    return {"status": status, "headers": headers, "json": taken if status == 202 else problem}


def test_a_voucher_is_mailed_again_once_for_each_press(
    visit: Visit, customer: User, platform: dict[str, Any]
) -> None:
    visitor = visit()
    page = at_the_till(visitor, customer)
    recipient = a_recipient()
    pay(page, recipient)
    page.get_by_text(f"The voucher was mailed to {recipient}.").wait_for()

    page.get_by_role("button", name="Mail again").click()

    told = f"We are mailing the voucher to {recipient} again."
    expect(page.get_by_role("main").get_by_text(told)).to_be_visible()
    expect(page.get_by_role("status").filter(has_text=told)).to_have_count(1)
    with httpx.Client(base_url=platform["providersUrl"]) as outside:
        eventually(
            lambda: len(mails_to(outside, {recipient})),
            until=lambda mails: mails == 2,
            pause=letting_events_in(page),
        )


def test_a_press_after_a_lost_answer_asks_for_the_same_mail_and_the_next_for_another(
    visit: Visit, customer: User, platform: dict[str, Any]
) -> None:
    visitor = visit()
    page = a_voucher(visitor, customer, platform)
    keys: list[str] = []

    def lose(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) == 1:
            route.abort()
        else:
            route.fulfill(**answer_of(platform, 202))

    page.route(MAILS, lose)
    button = page.get_by_role("button", name="Mail again")
    button.click()
    expect(
        page.get_by_role("alert").filter(has_text="it is sent once all the same")
    ).to_be_visible()
    visitor.forgive("net::ERR_FAILED")
    for asked in (2, 3):
        button.click()
        eventually(lambda: len(keys), until=asked.__eq__, pause=letting_events_in(page))
        expect(page.get_by_role("main").get_by_text("We are mailing the voucher")).to_be_visible()
        expect(button).to_be_enabled()

    assert (keys[0] == keys[1], keys[1] == keys[2]) == (True, False)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_who_asks_too_often_is_told_when_to_come_back(
    visit: Visit, customer: User, platform: dict[str, Any], scheme: Literal["light", "dark"]
) -> None:
    visitor = visit(width=320, height=640, scheme=scheme)
    page = a_voucher(visitor, customer, platform)
    refused = answer_of(platform, 429, **{"retry-after": "1500"})
    page.route(MAILS, lambda route: route.fulfill(**refused))

    page.get_by_role("button", name="Mail again").click()

    told = page.get_by_role("alert").filter(has_text="mailed again as often as it may be")
    expect(told).to_contain_text("Try again in 25 minutes.")
    expect(told).to_contain_text("Reference: quote-me")
    visitor.forgive("status of 429")
    assert visitor.accessibility_findings() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize(
    ("status", "mails", "receipts"), [("PAID", 0, 1), ("ISSUED", 1, 1), ("FAILED", 0, 0)]
)
def test_what_cannot_be_done_is_not_offered(
    visit: Visit, customer: User, platform: dict[str, Any], status: str, mails: int, receipts: int
) -> None:
    visitor = visit()
    page = a_voucher(visitor, customer, platform, status=status, pdfUrl=None)

    expect(page.get_by_role("button", name="Mail again")).to_have_count(mails)
    expect(page.get_by_role("button", name="Receipt")).to_have_count(receipts)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_receipt_is_shown_and_printed_alone_and_says_nothing_that_is_not_known(
    visit: Visit, customer: User, platform: dict[str, Any], scheme: Literal["light", "dark"]
) -> None:
    visitor = visit(width=320, height=640, scheme=scheme)
    visitor.page.add_init_script("window.print = () => { window.printed = true; }")
    page = a_voucher(visitor, customer, platform)
    page.get_by_role("button", name="Receipt").click()
    receipt = page.get_by_role("region", name="Receipt")
    expect(receipt.get_by_role("heading", name="Receipt")).to_be_focused()
    assert visitor.accessibility_findings() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320

    receipt.get_by_role("button", name="Print").click()
    assert page.evaluate("window.printed")
    page.emulate_media(media="print")
    assert receipt.evaluate("it => getComputedStyle(it).color") == "rgb(0, 0, 0)"
    (paper,) = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4"))).pages

    text = re.sub(r"\s+", " ", paper.extract_text())
    for known in (
        "Blockwork Energy",
        "31 January 2026",
        "Total paid £12.50",
        customer["email"],
        "anna@example.com",
        "v1",
    ):
        assert known in text
    for other in (
        "VAT",
        "Mail again",
        "Print",
        "Sign out",
        "Tariffs",
        "Open the PDF",
        "developers",
    ):
        assert other not in text
