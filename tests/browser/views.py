"""Every view of the website, in each state that looks different: what `test_views.py` looks at.

A route or a dialog that has no row fails a test there.
"""

import re

from playwright.sync_api import Page

from tests.browser.reading_views import READING_VIEWS, REGISTERING
from tests.browser.samples import (
    A_CAMPAIGN,
    A_VOUCHER,
    CAMPAIGNS,
    EACH_VOUCHER,
    FAILED,
    GRANTED,
    LONG,
    PERMISSIONS,
    PRODUCTS,
    SENDING,
    SENT,
    VOUCHERS,
    a_voucher,
)
from tests.browser.states import (
    ELSEWHERE,
    View,
    administrator,
    agree,
    customer,
    fill,
    press,
    visitor,
    wait_for,
)
from tests.browser.test_authenticator import authenticator_code
from tests.browser.test_passkeys import DEVICE


def search(page: Page) -> None:
    """Search for what there is not."""
    page.get_by_role("searchbox").fill("no tariff is called this")


def open_a_route(page: Page) -> None:
    """Open a route of the contracts, with all that can be typed in."""
    page.locator("summary", has_text="POST /vouchers").first.click()
    page.get_by_label("Body, as JSON").wait_for()


def open_the_chat(page: Page) -> None:
    """Open the chat, and say what is too long for a line."""
    page.get_by_role("button", name="Support chat").click()
    page.get_by_label("Your message to the support").fill(f"new task: {'A' * 100}")
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_text(re.compile(r"Task \d+ is open")).first.wait_for()


def lose_what_is_loaded(page: Page) -> None:
    """Open a page whose code does not arrive."""
    page.route("**/assets/*.js", lambda route: route.abort())
    page.get_by_role("banner").get_by_role("link", name="Sign in").click()
    page.get_by_role("heading", name="We could not load this page").wait_for()


def switch_the_second_step_on(page: Page) -> None:
    """Add an authenticator app to the account."""
    press("Set up an authenticator app")(page)
    secret = page.get_by_label("Setup key").inner_text().replace(" ", "")
    page.get_by_label("Code that the app shows").fill(authenticator_code(secret))
    press("Switch on")(page)


def add_a_passkey(page: Page) -> None:
    """Add a passkey to the account, of a device with its owner's finger on it."""
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    press("Add a passkey")(page)
    press("Delete this passkey")(page)


ORDER = fill(amount="12.50", recipientEmail=LONG)
VISITORS = (
    visitor("tariffs", "/"),
    visitor("tariffs-none", "/", answers={PRODUCTS: {"products": []}}),
    visitor("tariffs-failed", "/", answers={PRODUCTS: 400}, complaints=["status of 400"]),
    visitor("tariffs-none-found", "/", search),
    visitor("tariff", "/tariffs/:productId", at="/tariffs/{product}"),
    visitor(
        "tariff-not-offered",
        "/tariffs/:productId",
        at="/tariffs/no-such-tariff",
        complaints=["status of 404"],
    ),
    visitor("page-not-found", ELSEWHERE, at="/no/such/page", listed=False),
    visitor(
        "page-not-loaded",
        "/",
        lose_what_is_loaded,
        complaints=["net::ERR_FAILED", "Failed to fetch dynamically imported module"],
    ),
    visitor(
        "site-not-started",
        "/",
        answers={r"/config\.json": 404},
        complaints=["status of 404", "/config.json answered 404"],
    ),
    visitor("contact", "/contact"),
    visitor("terms", "/terms"),
    visitor("privacy", "/privacy"),
    visitor("status", "/status", wait_for("Last asked"), complaints=["status of 4"]),
    visitor("developers", "/developers"),
    visitor("developers-route", "/developers", open_a_route),
    visitor("sign-in", "/sign-in"),
    visitor("sign-in-empty", "/sign-in", press("Sign in")),
    visitor("sign-in-expired", "/sign-in", at="/sign-in?expired="),
    visitor("sign-up", "/sign-up"),
    visitor(
        "sign-up-refused",
        "/sign-up",
        fill(newPassword="correct-horse"),
        press("Make the account"),
    ),
    visitor(
        "sign-up-code",
        "/sign-up",
        fill(email="a-long-address-{new}", newPassword="Correct-horse-1"),
        press("Make the account"),
        wait_for("Confirm your address"),
    ),
    visitor("password", "/forgotten-password"),
    visitor(
        "password-code",
        "/forgotten-password",
        fill(email="{new}"),
        press("Send the code"),
        wait_for("Choose a new password"),
    ),
    visitor("unsubscribe", ELSEWHERE, at="{unsubscribe}", listed=False),
)
CUSTOMERS = (
    customer("account", "/account"),
    customer(
        "account-authenticator",
        "/account",
        press("Set up an authenticator app"),
        wait_for("Setup key"),
    ),
    customer("account-password-refused", "/account", press("Change the password")),
    customer(
        "account-sign-out-everywhere",
        "/account",
        press("Sign out everywhere"),
        dialog="views/account-sessions.tsx",
    ),
    customer(
        "account-delete", "/account", press("Delete my account"), dialog="views/account-data.tsx"
    ),
    customer("vouchers", "/vouchers", answers={VOUCHERS: {"vouchers": EACH_VOUCHER}}),
    customer("vouchers-none", "/vouchers", answers={VOUCHERS: {"vouchers": []}}),
    customer(
        "voucher", "/vouchers/:voucherId", at="/vouchers/v1", answers={A_VOUCHER: EACH_VOUCHER[2]}
    ),
    customer(
        "voucher-receipt",
        "/vouchers/:voucherId",
        press("Receipt"),
        at="/vouchers/v1",
        answers={A_VOUCHER: EACH_VOUCHER[2]},
    ),
    customer(
        "voucher-failed",
        "/vouchers/:voucherId",
        at="/vouchers/v1",
        answers={A_VOUCHER: a_voucher("FAILED")},
    ),
    customer("voucher-buy", "/buy-voucher"),
    customer("voucher-buy-empty", "/buy-voucher", press("Continue")),
    customer(
        "voucher-pay", "/buy-voucher", ORDER, press("Continue"), dialog="views/buy-voucher.tsx"
    ),
    customer(
        "voucher-unknown",
        "/buy-voucher",
        ORDER,
        press("Continue"),
        agree("Pay £12.50"),
        wait_for("Your payment is still being processed"),
        answers={VOUCHERS: 409},
        complaints=["status of 409"],
    ),
    *READING_VIEWS,
    customer("chat", "/", open_the_chat),
    customer("not-allowed", "/users"),
    # The last ones: they change the account.
    customer(
        "account-passkey-delete", "/account", add_a_passkey, dialog="views/account-passkeys.tsx"
    ),
    customer(
        "account-authenticator-off",
        "/account",
        switch_the_second_step_on,
        press("Switch off"),
        dialog="views/authenticator.tsx",
    ),
)
ADMINISTRATORS = (
    administrator("tariffs-manage", "/"),
    administrator("tariff-manage", "/tariffs/:productId", at="/tariffs/{product}"),
    administrator("tariff-add", "/add-tariff"),
    administrator(
        "tariff-change-refused",
        "/tariffs/:productId/change",
        fill(price=""),
        press("Save changes"),
        at="/tariffs/{product}/change",
    ),
    administrator(
        "tariff-delete",
        "/tariffs/:productId",
        press("Delete"),
        at="/tariffs/{product}",
        dialog="views/tariff-actions.tsx",
    ),
    administrator("users", "/users"),
    REGISTERING,
    administrator(
        "permissions",
        "/users/:userId/permissions",
        fill(action="every*", resource="x" * 128),
        at="/users/{user}/permissions",
    ),
    administrator(
        "permissions-granted",
        "/users/:userId/permissions",
        at="/users/{user}/permissions",
        answers={PERMISSIONS: GRANTED},
    ),
    administrator("campaigns", "/campaigns", answers={CAMPAIGNS: {"campaigns": [SENT, FAILED]}}),
    administrator(
        "campaign", "/campaigns/:campaignId", at="/campaigns/c1", answers={A_CAMPAIGN: SENT}
    ),
    administrator(
        "campaign-cancel",
        "/campaigns/:campaignId",
        press("Cancel the campaign"),
        at="/campaigns/c1",
        answers={A_CAMPAIGN: SENDING},
        dialog="views/campaign.tsx",
    ),
    administrator(
        "campaign-sending",
        "/campaigns/:campaignId",
        at="/campaigns/c1",
        answers={A_CAMPAIGN: SENDING},
    ),
    administrator("campaign-write", "/write-campaign", press("Continue")),
    administrator(
        "campaign-start",
        "/write-campaign",
        wait_for(re.compile(r"It will reach [\d,]+ pe")),
        fill(subject="Spring", text="It is here."),
        press("Continue"),
        dialog="views/campaign-form.tsx",
    ),
)
VIEWS = (*VISITORS, *CUSTOMERS, *ADMINISTRATORS)


def public_views() -> list[View]:
    """Return the views that everybody gets by their address alone, and without a fault."""
    return [view for view in VISITORS if not (view.acts or view.answers or view.complaints)]
