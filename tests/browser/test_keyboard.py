"""Every flow from end to end by the keyboard alone, each stop on the way in sight."""

import uuid
from collections.abc import Callable
from typing import Any

import httpx
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.till import a_recipient
from tests.browser.typist import Typist
from tests.e2e.audience import readers
from tests.e2e.campaigning import HELD
from tests.e2e.conftest import new_address, new_password

User = dict[str, Any]


def test_somebody_signs_up_buys_a_voucher_and_chats(
    visit: Visit, mailed_code: Callable[..., str]
) -> None:
    visitor = visit(width=320, height=640)
    me, page = Typist(visitor), visitor.page
    email, password = new_address(), new_password()
    me.open(visitor, "/")
    me.follow("Sign in")
    me.follow("Make an account")
    me.type("E-mail address", email)
    me.type("Password", password, exact=True)
    me.press_button("Make the account", key="Space")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    me.type("Code", mailed_code(email))
    me.press("Enter")
    expect(page.get_by_text("You are signed in.")).to_be_visible()

    recipient = a_recipient()
    me.follow("Vouchers")
    me.follow("Buy a voucher")
    me.press_button("£25", key="Space")
    me.type("E-mail address of the recipient", recipient)
    me.press("Enter")
    me.answer("Cancel")
    expect(page.get_by_role("dialog")).to_have_count(0)
    me.press_button("Continue", key="Space")
    me.answer("Pay £25.00")
    expect(page.get_by_role("heading", level=1)).to_have_text("Voucher of £25.00")
    expect(page.get_by_role("heading", level=1)).to_be_focused()

    me.press_button("Support chat")
    expect(page.get_by_label("Your message to the support")).to_be_focused()
    page.keyboard.type("new task: call me")
    me.press("Enter")
    expect(page.get_by_text("Task 1 is open: call me")).to_be_visible()
    me.press("Escape")
    expect(page.get_by_role("button", name="Support chat")).to_be_focused()


def test_an_administrator_signs_in_and_edits_and_deletes_a_tariff(
    visit: Visit, administrator: User
) -> None:
    visitor = visit()
    me, page = Typist(visitor), visitor.page
    name = f"Typed {uuid.uuid4().hex[:8]}"
    me.open(visitor, "/add-tariff")
    me.sign_in(administrator["email"], administrator["password"])
    me.type("Name", name)
    me.press("Enter")
    expect(page.get_by_role("group", name="Please check this")).to_be_focused()
    me.press("Tab")
    me.press("Enter")
    expect(page.get_by_label("Price")).to_be_focused()
    page.keyboard.type("0.1234")
    me.go_to(page.get_by_label("Unit"))
    page.keyboard.type("per day")
    me.press_button("Add tariff")
    expect(page.get_by_text(f"“{name}” was added.")).to_be_visible()
    expect(page.get_by_text("£0.1234")).to_be_visible()
    expect(page.get_by_text("per day")).to_be_visible()

    me.follow("Change")
    me.type("Price", "0.4321")
    me.press("Enter")
    expect(page.get_by_text(f"“{name}” was changed.")).to_be_visible()

    me.press_button("Delete")
    expect(page.get_by_role("dialog")).to_be_visible()
    me.press("Escape")
    expect(page.get_by_role("button", name="Delete")).to_be_focused()
    me.press("Enter")
    me.answer("Delete tariff")
    expect(page.get_by_text(f"“{name}” was deleted.")).to_be_visible()


def test_an_administrator_writes_a_campaign_and_cancels_it(
    visit: Visit, administrator: User, platform: User
) -> None:
    config = httpx.get(platform["configUrl"]).json()
    visitor = visit()
    me, page = Typist(visitor), visitor.page
    subject = f"Typed {uuid.uuid4().hex[:8]}"
    behaviour = {"mode": "ok", "seconds": HELD}
    with readers(platform, config, 1):
        httpx.put(f"{platform['providersUrl']}/control", json={"campaigns": behaviour})
        try:
            me.open(visitor, "/campaigns")
            me.sign_in(administrator["email"], administrator["password"])
            me.follow("Write a campaign")
            me.type("Subject", subject)
            me.type("Text", "It is here.", exact=True)
            me.press_button("Continue")
            me.answer("Start the campaign")
            expect(page.get_by_role("heading", level=1)).to_have_text(subject)
            me.press_button("Cancel the campaign")
            me.answer("Cancel the campaign")
            expect(page.get_by_text("The campaign is being cancelled.")).to_be_visible()
        finally:
            httpx.put(f"{platform['providersUrl']}/control", json={"campaigns": {"mode": "ok"}})


def test_a_customer_signs_in_and_deletes_their_account(
    visit: Visit, new_user: Callable[[], User]
) -> None:
    user = new_user()
    visitor = visit(width=320, height=640)
    me, page = Typist(visitor), visitor.page
    me.open(visitor, "/sign-in?next=/account")
    me.sign_in(user["email"], user["password"])
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")
    me.press_button("Delete my account")
    me.answer("Delete my account")
    expect(page.get_by_text("Your account is deleted.")).to_be_visible()
    expect(page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()
