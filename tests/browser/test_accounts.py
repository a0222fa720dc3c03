"""Accounts in a browser: made, confirmed, recovered, described and secured."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, Visitor
from tests.e2e.conftest import new_address, new_password

ROOT = Path(__file__).parents[2]
User = dict[str, Any]
MailedCode = Callable[..., str]


def begin_sign_up(visitor: Visitor, email: str, password: str) -> Page:
    """Ask for an account, up to the question for the mailed code."""
    page = visitor.page
    visitor.open("/sign-in")
    page.get_by_role("link", name="Make an account").click()
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm your address")
    return page


def confirm(page: Page, code: str) -> None:
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Confirm and sign in").click()


def person(page: Page) -> str:
    """Return the address that the header names."""
    return page.get_by_role("banner").locator(".person").get_attribute("title") or ""


def test_a_visitor_makes_an_account_confirms_it_by_the_mailed_code_and_stays_signed_in(
    visit: Visit, mailed_code: MailedCode
) -> None:
    visitor = visit()
    email = new_address()
    page = begin_sign_up(visitor, email, new_password())
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(page.get_by_text(email)).to_be_visible()
    confirm(page, mailed_code(email))
    expect(page.get_by_text("You are signed in.")).to_be_visible()

    page.reload()
    expect(page.get_by_role("banner").get_by_role("link", name=email)).to_be_visible()
    visitor.sign_out()
    page.reload()
    expect(page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()


def test_who_comes_back_unconfirmed_is_asked_for_a_code_and_may_have_a_new_one(
    visit: Visit, mailed_code: MailedCode
) -> None:
    email, password = new_address(), new_password()
    begin_sign_up(visit(), email, password)
    first = mailed_code(email)

    visitor = visit()
    page = visitor.page
    visitor.open("/sign-in?next=/vouchers")
    visitor.fill_in(email, password)
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm your address")
    page.get_by_role("button", name="Send a new code").click()
    expect(page.get_by_text("A new code is on its way")).to_be_visible()
    second = mailed_code(email, number=2)
    wrong = next(code for code in ("000000", "111111") if code not in (first, second))
    confirm(page, wrong)
    summary = page.get_by_role("group", name="Please check this")
    expect(summary).to_contain_text("This code is not right.")
    confirm(page, second)
    expect(page.get_by_role("heading", level=1)).to_have_text("Vouchers")
    visitor.forgive("status of 400")


def test_a_password_is_measured_while_it_is_typed_and_refused_in_words(visit: Visit) -> None:
    visitor = visit()
    page = visitor.page
    visitor.open("/sign-up")
    password = page.get_by_label("Password", exact=True)
    missing = page.get_by_role("listitem").filter(has_text=": missing")
    expect(missing).to_have_count(5)
    password.fill("correct-horse")
    expect(missing).to_have_text(["an upper-case letter: missing", "a digit: missing"])
    page.get_by_role("button", name="Show password").click()
    expect(password).to_have_attribute("type", "text")
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_role("group", name="Please check this").get_by_role("link")).to_have_text(
        [
            "Enter your e-mail address, like name@example.com.",
            "This password still needs an upper-case letter and a digit.",
        ]
    )
    password.fill("Correct-horse-1")
    expect(missing).to_have_count(0)


def test_an_address_that_has_an_account_is_told_to_sign_in(visit: Visit, customer: User) -> None:
    visitor = visit()
    page = visitor.page
    visitor.open("/sign-up")
    page.get_by_label("E-mail address").fill(customer["email"])
    page.get_by_label("Password", exact=True).fill(new_password())
    page.get_by_role("button", name="Make the account").click()
    summary = page.get_by_role("group", name="Please check this")
    expect(summary).to_contain_text("There is an account with this e-mail address already.")
    visitor.forgive("status of 400")


def test_a_forgotten_password_is_replaced_by_a_mailed_code(
    visit: Visit, new_user: Callable[[], User], mailed_code: MailedCode
) -> None:
    user = new_user()
    visitor = visit()
    page = visitor.page
    visitor.open("/sign-in")
    page.get_by_role("link", name="Forgotten your password?").click()
    page.get_by_label("E-mail address").fill(user["email"])
    page.get_by_role("button", name="Send the code").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose a new password")
    chosen = new_password()
    page.get_by_label("Code").fill(mailed_code(user["email"]))
    page.get_by_label("New password", exact=True).fill(chosen)
    page.get_by_role("button", name="Save and sign in").click()
    expect(page.get_by_text("You are signed in.")).to_be_visible()

    other = visit()
    other.open("/sign-in")
    other.fill_in(user["email"], user["password"])
    summary = other.page.get_by_role("group", name="Please check this")
    expect(summary).to_contain_text("The e-mail address or the password is wrong.")
    other.forgive("status of 400")


def test_whether_an_address_has_an_account_is_not_told_to_who_forgot_a_password(
    visit: Visit,
) -> None:
    visitor = visit()
    page = visitor.page
    visitor.open("/forgotten-password")
    page.get_by_label("E-mail address").fill(new_address())
    page.get_by_role("button", name="Send the code").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose a new password")


def test_what_people_tell_of_themselves_is_kept(visit: Visit, new_user: Callable[[], User]) -> None:
    visitor = visit()
    page = visitor.page
    visitor.open("/account")
    visitor.sign_in(new_user())
    page.get_by_label("Name (optional)").fill("Anna Appleby")
    page.get_by_label("Phone number").fill("0044 1632 960123")
    page.get_by_label("Send me news").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your details were saved.")).to_be_visible()

    page.reload()
    expect(page.get_by_label("Name (optional)")).to_have_value("Anna Appleby")
    expect(page.get_by_label("Phone number")).to_have_value("+441632960123")
    expect(page.get_by_label("Send me news")).to_be_checked()
    page.get_by_label("Phone number").fill("12")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Phone number")).to_have_attribute("aria-invalid", "true")
    visitor.forgive("status of 422")


def test_a_phone_number_as_one_dials_it_at_home_is_helped_to_its_country(
    visit: Visit, new_user: Callable[[], User]
) -> None:
    visitor = visit()
    page = visitor.page
    visitor.open("/account")
    visitor.sign_in(new_user())
    phone = page.get_by_label("Phone number")
    phone.fill("(01632) 960 123")
    page.get_by_role("button", name="Save").click()
    summary = page.get_by_role("group", name="Please check this")
    expect(summary).to_contain_text("needs the code of the country: +441632960123, if")
    expect(phone).to_have_attribute("aria-invalid", "true")
    page.get_by_role("button", name="Use +441632960123").click()
    expect(phone).to_have_value("+441632960123")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your details were saved.")).to_be_visible()


def test_a_password_is_changed_by_who_knows_it(visit: Visit, new_user: Callable[[], User]) -> None:
    user = new_user()
    visitor = visit()
    page = visitor.page
    visitor.open("/account")
    visitor.sign_in(user)
    chosen = new_password()
    page.get_by_label("Present password").fill("not-the-Passw0rd!")
    page.get_by_label("New password").fill(chosen)
    page.get_by_role("button", name="Change the password").click()
    summary = page.get_by_role("group", name="Please check this")
    expect(summary).to_contain_text("Your present password is another one.")
    visitor.forgive("status of 400")
    page.get_by_label("Present password").fill(user["password"])
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_text("Your password was changed.")).to_be_visible()
    expect(page.get_by_label("New password")).to_have_value("")

    visitor.sign_out()
    visitor.open("/sign-in")
    visitor.sign_in({**user, "password": chosen})


def test_who_has_an_account_elsewhere_is_sent_there_where_a_stage_has_outside_providers(
    visit: Visit, platform: User
) -> None:
    visitor = visit()
    page = visitor.page
    config = httpx.get(platform["configUrl"]).json()
    sign_in = {"domain": "sign-in.example", "providers": ["Google", "Directory"]}
    page.route("**/config.json", lambda route: route.fulfill(json={**config, "signIn": sign_in}))
    page.route("https://sign-in.example/**", lambda route: route.fulfill(body="elsewhere"))
    visitor.open("/sign-in")
    expect(page.get_by_role("button", name="Continue with")).to_have_text(
        ["Continue with Google", "Continue with Directory"]
    )
    page.get_by_role("button", name="Continue with Directory").click()
    page.wait_for_url("https://sign-in.example/**")
    asked = parse_qs(urlsplit(page.url).query)
    assert asked["identity_provider"] == ["Directory"]
    assert asked["redirect_uri"] == [f"{platform['siteUrl']}/"]
    assert asked["client_id"] == [config["userPoolClientId"]]
    assert asked["code_challenge_method"] == ["S256"]
