"""Passkeys in a browser whose device is a virtual one: added, used, deleted, and refused."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import CDPSession, Locator, expect

from tests.browser.conftest import Visit, Visitor
from tests.browser.test_authenticator import authenticator_code

User = dict[str, Any]
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
"""A laptop with a fingerprint reader, and its owner's finger on it."""
NONE = "No passkey signed you in:"


class Device:
    """What keeps the passkeys of a visitor's browser."""

    def __init__(self, visitor: Visitor) -> None:
        self._browser: CDPSession = visitor.page.context.new_cdp_session(visitor.page)
        self._browser.send("WebAuthn.enable")
        made = self._browser.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        self._id = {"authenticatorId": made["authenticatorId"]}

    def touch(self, *, by_owner: bool) -> None:
        """Have its owner's finger on it from now on, or none that it knows."""
        self._browser.send("WebAuthn.setUserVerified", {**self._id, "isUserVerified": by_owner})

    def passkeys(self) -> list[dict[str, Any]]:
        """Return what it keeps."""
        kept: list[dict[str, Any]] = self._browser.send("WebAuthn.getCredentials", self._id)[
            "credentials"
        ]
        return kept


@pytest.fixture
def visitor(visit: Visit) -> Visitor:
    return visit()


@pytest.fixture
def device(visitor: Visitor) -> Device:
    return Device(visitor)


def panel(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("region", name="Passkeys")


def at_account(visitor: Visitor, user: User) -> None:
    visitor.open("/sign-in?next=/account")
    visitor.sign_in(user)
    expect(panel(visitor).get_by_text("You have none yet.")).to_be_visible()


def add(visitor: Visitor) -> None:
    panel(visitor).get_by_role("button", name="Add a passkey").click()
    expect(visitor.page.get_by_text("Your passkey was added:")).to_be_visible()
    expect(panel(visitor).get_by_role("listitem")).to_have_count(1)


def use(visitor: Visitor, email: str) -> None:
    visitor.open("/sign-in?next=/account")
    visitor.page.get_by_label("E-mail address").fill(email)
    visitor.page.get_by_role("button", name="Use a passkey").click()


def is_told(visitor: Visitor, text: str) -> None:
    expect(visitor.page.get_by_role("group", name="Please check this")).to_contain_text(text)


def test_a_passkey_signs_in_until_it_is_deleted(
    visitor: Visitor, device: Device, new_user: Callable[[], User]
) -> None:
    user, page = new_user(), visitor.page
    at_account(visitor, user)
    add(visitor)
    (kept,) = device.passkeys()
    assert kept["rpId"] == "localhost"
    expect(panel(visitor).get_by_role("listitem")).to_contain_text("Added on")
    assert visitor.accessibility_findings() == []

    panel(visitor).get_by_role("button", name="Add a passkey").click()
    expect(panel(visitor).get_by_role("alert")).to_have_text(
        "This device has a passkey for your account already."
    )

    visitor.sign_out()
    use(visitor, user["email"])
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")
    expect(page.get_by_text("You are signed in.", exact=True)).to_be_visible()

    panel(visitor).get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(panel(visitor).get_by_text("You have none yet.")).to_be_visible()
    assert page.evaluate("document.activeElement !== document.body")

    visitor.sign_out()
    use(visitor, user["email"])
    is_told(visitor, NONE)
    assert device.passkeys()


def test_who_does_not_show_who_they_are_neither_adds_nor_uses_one(
    visitor: Visitor, device: Device, new_user: Callable[[], User]
) -> None:
    user = new_user()
    at_account(visitor, user)
    device.touch(by_owner=False)
    panel(visitor).get_by_role("button", name="Add a passkey").click()
    expect(panel(visitor).get_by_role("alert")).to_contain_text("No passkey was added:")
    assert device.passkeys() == []
    device.touch(by_owner=True)
    add(visitor)
    expect(panel(visitor).get_by_text("No passkey was added:")).to_have_count(0)

    visitor.sign_out()
    device.touch(by_owner=False)
    use(visitor, user["email"])
    is_told(visitor, NONE)
    visitor.fill_in(user["email"], user["password"])
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Your account")


def test_an_address_without_a_passkey_is_told_the_same_as_one_without_an_account(
    visitor: Visitor, device: Device, new_user: Callable[[], User]
) -> None:
    strangers = [f"nobody-{number}@passkeys.example" for number in range(4)]
    for email in (new_user()["email"], *strangers):
        use(visitor, email)
        is_told(visitor, NONE)
    visitor.page.get_by_label("E-mail address").fill("")
    visitor.page.get_by_role("button", name="Use a passkey").click()
    is_told(visitor, "Enter your e-mail address")


def test_a_passkey_counts_for_both_steps_of_who_has_an_authenticator_app(
    visitor: Visitor, device: Device, new_user: Callable[[], User]
) -> None:
    user, page = new_user(), visitor.page
    at_account(visitor, user)
    add(visitor)
    page.get_by_role("button", name="Set up an authenticator app").click()
    secret = page.get_by_label("Setup key").inner_text().replace(" ", "")
    page.get_by_label("Code that the app shows").fill(authenticator_code(secret))
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("It is on:")).to_be_visible()

    visitor.sign_out()
    use(visitor, user["email"])
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")

    page.get_by_role("button", name="Switch off").click()
    page.get_by_role("dialog").get_by_role("button", name="Switch off").click()
    expect(page.get_by_text("Signing in asks for your password only.")).to_be_visible()
    visitor.sign_out()
    use(visitor, user["email"])
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")


def test_nothing_of_passkeys_is_shown_where_the_stage_or_the_browser_has_none(
    visit: Visit, new_user: Callable[[], User], platform: dict[str, Any]
) -> None:
    config = httpx.get(platform["configUrl"]).json()
    without = visit()
    answer = {name: value for name, value in config.items() if name != "passkeys"}
    without.page.route("**/config.json", lambda route: route.fulfill(json=answer))
    without.open("/sign-in?next=/account")
    expect(without.page.get_by_role("button", name="Use a passkey")).to_have_count(0)
    without.sign_in(new_user())
    expect(without.page.get_by_role("heading", name="Second step at sign-in")).to_be_visible()
    expect(panel(without)).to_have_count(0)

    old = visit()
    old.page.add_init_script("delete window.PublicKeyCredential")
    old.open("/sign-in?next=/account")
    expect(old.page.get_by_role("button", name="Use a passkey")).to_have_count(0)
    old.sign_in(new_user())
    expect(panel(old).get_by_text("This browser cannot make passkeys.")).to_be_visible()
    expect(panel(old).get_by_role("button")).to_have_count(0)
