"""Signing in, out and in again: in other tabs, by other people, and where one wanted to go."""

from collections.abc import Callable
from typing import Any

import httpx
from playwright.sync_api import expect

from tests.browser.conftest import Visit, Visitor
from tests.browser.test_hard_times import BLOCK_STORAGE
from tests.e2e.accounts import grant
from tests.e2e.conftest import new_address, new_password, sign_in

User = dict[str, Any]
MailedCode = Callable[..., str]


def test_where_storage_is_blocked_a_sign_in_lasts_for_the_tab(
    visit: Visit, administrator: User
) -> None:
    visitor = visit()
    page = visitor.page
    page.add_init_script(BLOCK_STORAGE)
    visitor.open("/sign-in?next=/account")
    visitor.sign_in(administrator)
    expect(page.get_by_label("Name (optional)")).to_be_visible()
    page.get_by_role("navigation").get_by_role("link", name="Users").click()
    expect(page.locator(".user").first).to_be_visible()
    page.get_by_role("link", name="Tariffs").click()
    visitor.open_first_tariff()
    expect(page.get_by_role("link", name="Change")).to_be_visible()
    visitor.sign_out()


def test_who_makes_an_account_on_the_way_gets_to_where_they_wanted(
    visit: Visit, mailed_code: MailedCode
) -> None:
    visitor = visit()
    page = visitor.page
    email = new_address()
    visitor.open("/buy-voucher")
    page.get_by_role("link", name="Make an account").click()
    page.get_by_role("link", name="Sign in").last.click()
    page.get_by_role("link", name="Make an account").click()
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(new_password())
    page.get_by_role("button", name="Make the account").click()
    page.get_by_label("Code").fill(mailed_code(email))
    page.get_by_role("button", name="Confirm and sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Buy a voucher")


def test_who_sets_a_new_password_on_the_way_gets_to_where_they_wanted(
    visit: Visit, new_user: Callable[[], User], mailed_code: MailedCode
) -> None:
    email = new_user()["email"]
    visitor = visit()
    page = visitor.page
    visitor.open("/buy-voucher")
    page.get_by_role("link", name="Forgotten your password?").click()
    page.get_by_role("link", name="Back to signing in").click()
    page.get_by_role("link", name="Forgotten your password?").click()
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Send the code").click()
    page.get_by_label("Code").fill(mailed_code(email))
    page.get_by_label("New password", exact=True).fill(new_password())
    page.get_by_role("button", name="Save and sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Buy a voucher")


def test_what_somebody_has_typed_is_not_shown_to_who_signs_in_next(
    visit: Visit, administrator: User, new_user: Callable[[], User], platform: User
) -> None:
    visitor, other = visit(), new_user()
    config = httpx.get(platform["configUrl"]).json()
    with httpx.Client(base_url=config["apis"]["identity"]) as identity:
        granter = sign_in(platform, config, "administrators")
        grant(identity, granter, other["user_id"], "write:products")
    page = visitor.page
    visitor.open("/sign-in?next=/add-tariff")
    visitor.sign_in(administrator)
    page.get_by_label("Name").fill("Not for other eyes")
    page.get_by_label("Price").fill("0.1")
    visitor.lose_session()
    page.get_by_role("button", name="Add tariff").click()
    expect(page.get_by_text("Your session has ended.")).to_be_visible()

    visitor.sign_in(other)

    expect(page.get_by_role("heading", level=1)).to_have_text("Add a tariff")
    expect(page.get_by_label("Name")).to_have_value("")


def test_signing_out_in_one_tab_signs_out_in_all(
    visit: Visit, new_user: Callable[[], User], platform: User
) -> None:
    visitor = visit()
    visitor.open("/sign-in?next=/vouchers")
    visitor.sign_in(new_user())
    expect(visitor.page.get_by_role("heading", name="No vouchers yet")).to_be_visible()
    other = Visitor(visitor.page.context.new_page(), platform["siteUrl"])
    other.open("/vouchers")
    expect(other.page.get_by_role("button", name="Sign out", exact=True)).to_be_visible()
    visitor.sign_out()

    for one in (visitor, other):
        expect(one.page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()
        expect(one.page.get_by_role("button", name="Sign out", exact=True)).to_have_count(0)
    other.page.reload()
    expect(other.page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()
    assert other.complaints == []
