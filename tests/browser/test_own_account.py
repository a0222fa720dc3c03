"""One's own account in a browser: its address, its sessions, its data and its end."""

import json
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError
from playwright.sync_api import expect

from tests.browser.conftest import Visit, Visitor
from tests.e2e.accounts import refresh
from tests.e2e.conftest import bearer, new_address, sign_in_by_srp

User = dict[str, Any]
MailedCode = Callable[..., str]
DATE = re.compile(r"^\d{4}-\d\d-\d\dT.*Z$")


@pytest.fixture
def config(platform: dict[str, Any]) -> dict[str, Any]:
    """Return what every client is told."""
    return dict(httpx.get(platform["configUrl"]).json())


def at_account(visitor: Visitor, user: User) -> None:
    visitor.open("/sign-in?next=/account")
    visitor.sign_in(user)
    expect(visitor.page.get_by_label("Name (optional)")).to_be_visible()


def test_another_address_counts_once_it_is_confirmed(
    visit: Visit, new_user: Callable[[], User], mailed_code: MailedCode, customer: User
) -> None:
    user, address = new_user(), new_address()
    visitor = visit()
    page = visitor.page
    at_account(visitor, user)
    field = page.get_by_label("New e-mail address")
    send = page.get_by_role("button", name="Send a code there")
    summary = page.get_by_role("group", name="Please check this")

    field.fill(user["email"])
    send.click()
    expect(summary).to_contain_text("This is the address that you have.")
    field.fill(customer["email"])
    send.click()
    expect(summary).to_contain_text("There is an account with this e-mail address already.")
    visitor.forgive("status of 400")

    field.fill(address)
    send.click()
    expect(page.get_by_text(f"We have sent a code to {address}.")).to_be_visible()
    who = page.get_by_role("banner").locator(".person")
    expect(who).to_have_attribute("title", user["email"])
    page.get_by_label("Code").fill("000000")
    confirm = page.get_by_role("button", name="Confirm the address")
    confirm.click()
    expect(summary).to_contain_text("This code is not right.")
    visitor.forgive("status of 400")
    assert visitor.accessibility_findings() == []
    page.get_by_label("Code").fill(mailed_code(address))
    confirm.click()
    expect(page.get_by_text(f"From now on you sign in as {address}.")).to_be_visible()
    expect(who).to_have_attribute("title", address)

    visitor.sign_out()
    at_account(visitor, {**user, "email": address})


def test_who_signs_out_everywhere_is_signed_out_in_other_browsers_too(
    visit: Visit, new_user: Callable[[], User], config: dict[str, Any]
) -> None:
    user = new_user()
    elsewhere = sign_in_by_srp(config, user["email"], user["password"])
    visitor = visit()
    page = visitor.page
    at_account(visitor, user)
    with httpx.Client(base_url=config["apis"]["identity"]) as identity:
        refresh(identity, elsewhere)

        page.get_by_role("button", name="Sign out everywhere").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("has to sign in again, this one too")
        dialog.get_by_role("button", name="Sign out everywhere").click()
        expect(page.get_by_text("You are signed out everywhere.")).to_be_visible()
        expect(page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()

        answer = identity.post("/tokens/refresh", json={"refreshToken": elsewhere.refresh_token})
        assert answer.status_code == 401, answer.text


def test_since_when_somebody_wants_the_newsletter_is_shown(
    visit: Visit, new_user: Callable[[], User]
) -> None:
    visitor = visit()
    page = visitor.page
    at_account(visitor, new_user())
    since = page.get_by_text("You asked for them on")
    expect(since).to_have_count(0)
    page.get_by_label("Send me news").check()
    page.get_by_role("button", name="Save").click()
    expect(since.locator("time")).to_have_attribute("datetime", DATE)
    page.get_by_label("Send me news").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(since).to_have_count(0)


def test_all_that_is_kept_of_somebody_is_one_file(
    visit: Visit, new_user: Callable[[], User], config: dict[str, Any]
) -> None:
    user = new_user()
    signed_in = bearer(sign_in_by_srp(config, user["email"], user["password"]).id_token)
    httpx.post(
        f"{config['apis']['support']}/chat",
        json={"message": "new task: call me"},
        headers=signed_in,
    ).raise_for_status()
    visitor = visit()
    page = visitor.page
    at_account(visitor, user)

    with page.expect_download() as downloaded:
        page.get_by_role("button", name="Download my data").click()

    expect(page.get_by_text("Your data are in your downloads.")).to_be_visible()
    assert downloaded.value.suggested_filename.endswith(".json")
    data = json.loads(downloaded.value.path().read_text(encoding="utf-8"))
    assert data["profile"]["email"] == user["email"]
    assert (data["vouchers"], data["imports"], data["meters"]) == ([], [], [])
    assert {entry["kind"]: entry["text"] for entry in data["support"]} == {
        "OPEN_TASK": "call me",
        "MESSAGE": "new task: call me",
    }


def test_who_deletes_their_account_is_told_what_stays_and_cannot_sign_in_any_more(
    visit: Visit, new_user: Callable[[], User], config: dict[str, Any]
) -> None:
    user = new_user()
    visitor = visit(width=320, height=640)
    page = visitor.page
    at_account(visitor, user)
    page.get_by_role("button", name="Delete my account").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("We remove your sign-in, profile")
    expect(dialog).to_contain_text("The law makes us keep what was paid")
    assert visitor.accessibility_findings() == []
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Delete my account")).to_be_focused()

    page.get_by_role("button", name="Delete my account").click()
    dialog.get_by_role("button", name="Delete my account").click()
    expect(page.get_by_text("Your account is deleted.")).to_be_visible()
    expect(page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()
    with pytest.raises(ClientError, match=r"UserNotFound|NotAuthorized"):
        sign_in_by_srp(config, user["email"], user["password"])
