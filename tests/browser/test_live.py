"""What happens is shown to whom it concerns as it happens, in real browsers."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from playwright.sync_api import Page, expect

from tests.browser.channel import Channel
from tests.browser.conftest import Visit, Visitor, letting_events_in
from tests.browser.till import a_recipient, at_the_till, pay
from tests.e2e.accounts import put_permissions
from tests.e2e.conftest import bearer, sign_in, sign_in_by_srp
from tests.waiting import eventually, settled

User = dict[str, Any]
NewUser = Callable[[], User]


def collect_news(page: Page) -> Callable[[], list[str]]:
    """Write down what a voucher's page says of it from now on, though it is not shown yet."""
    page.evaluate(
        "() => { window.said = [];"
        " new MutationObserver(() => {"
        "  const news = document.querySelector('main .voucher .news')?.textContent;"
        "  if (news && news !== window.said.at(-1)) window.said.push(news) })"
        " .observe(document.body, {childList: true, characterData: true, subtree: true}) }"
    )
    return lambda: page.evaluate("window.said")


def buy_elsewhere(platform: User, user: User, recipient: str) -> None:
    """Buy a voucher without this browser, and wait until it is mailed."""
    config = httpx.get(platform["configUrl"]).json()
    token = sign_in_by_srp(config, user["email"], user["password"]).id_token
    with httpx.Client(base_url=config["apis"]["vouchers"], headers=bearer(token)) as vouchers:
        bought = vouchers.post(
            "/vouchers",
            json={"amount": "31.00", "currency": "GBP", "recipientEmail": recipient},
            headers={"idempotency-key": uuid.uuid4().hex},
        )
        assert bought.status_code == 201, bought.text
        path = f"/vouchers/{bought.json()['voucherId']}"
        eventually(lambda: vouchers.get(path).json()["status"], until="MAILED".__eq__)


def grant(visitor: Visitor, user: User, permission: str) -> None:
    """Grant a permission on the users page, signed in as who may."""
    page = visitor.page
    visitor.open("/users")
    theirs = page.get_by_role("link", name=f"Permissions of {user['email']}")
    more = page.get_by_role("button", name="Show more")
    expect(theirs.or_(more).first).to_be_visible()
    while not theirs.is_visible():
        more.click()
        expect(page.get_by_text("Loading more users…")).to_have_count(0)
        expect(theirs.or_(more).first).to_be_visible()
    theirs.click()
    page.get_by_role("button", name=permission, exact=True).click()
    page.get_by_role("button", name="Grant", exact=True).click()
    expect(page.get_by_text(f"{permission} was granted.")).to_be_visible()


def test_a_customer_follows_a_voucher_live_another_sees_nothing_of_it_and_may_what_is_granted(
    visit: Visit, new_user: NewUser, administrator: User
) -> None:
    anna, ben = new_user(), new_user()
    buyer, other = visit(), visit()
    channel, quiet = Channel(buyer.page), Channel(other.page)
    at_the_till(buyer, anna)
    other.open("/sign-in?next=/vouchers")
    other.sign_in(ben)
    expect(other.page.get_by_role("heading", name="No vouchers yet")).to_be_visible()
    channel.wait_until_open()
    quiet.wait_until_open()

    asked: list[str] = []
    buyer.page.on("request", lambda request: asked.append(request.url))
    recipient = a_recipient()
    said = collect_news(buyer.page)
    pay(buyer.page, recipient)
    expect(buyer.page.get_by_role("heading", level=1)).to_have_text("Voucher of £12.50")
    bought_by = len(asked)
    news = buyer.page.get_by_role("main").get_by_role("status")
    expect(news).to_have_text(f"The voucher was mailed to {recipient}.")
    channel.wait_until_told(3)
    # In the order of arrival, which EventBridge does not promise to be that of publishing.
    assert sorted(channel.told()) == ["VoucherIssued", "VoucherMailed", "VoucherPaid"]
    # A slow browser may hear that it was mailed before it has shown that it is ready.
    steps = [
        "Your payment has arrived. We are making the voucher; this page follows by itself.",
        f"The voucher is ready and on its way to {recipient}.",
        f"The voucher was mailed to {recipient}.",
    ]
    assert said() == [step for step in steps if step in said()]
    # It was told: the page did not ask again and again, nor was it loaded again.
    assert sum("$default/vouchers/" in url for url in asked[bought_by:]) <= 1
    assert [url for url in asked if url.endswith("/config.json")] == []

    expect(other.page.get_by_role("heading", name="No vouchers yet")).to_be_visible()
    assert quiet.told() == []
    other.open("/add-tariff")
    expect(other.page.get_by_role("heading", level=1)).to_have_text(
        "Your account may not use this page"
    )

    manager = visit()
    manager.open("/sign-in")
    manager.sign_in(administrator)
    grant(manager, ben, "write:products")
    other.sign_out()
    other.open("/add-tariff")
    other.sign_in(ben)
    name = f"Browser test {uuid.uuid4().hex[:8]}"
    other.page.get_by_label("Name").fill(name)
    other.page.get_by_label("Price").fill("0.1")
    other.page.get_by_role("button", name="Add tariff").click()
    expect(other.page.get_by_text(f"“{name}” was added.")).to_be_visible()
    other.page.get_by_role("button", name="Delete").click()
    other.page.get_by_role("button", name="Delete tariff").click()
    expect(other.page.get_by_text(f"“{name}” was deleted.")).to_be_visible()


def test_what_was_missed_while_offline_is_told_once_when_the_connection_is_back(
    visit: Visit, new_user: NewUser, platform: User
) -> None:
    user = new_user()
    visitor = visit()
    page = visitor.page
    channel = Channel(page)
    visitor.open("/sign-in?next=/vouchers")
    visitor.sign_in(user)
    channel.wait_until_open()
    first = a_recipient()
    buy_elsewhere(platform, user, first)
    toasts = page.locator(".message")
    mailed = toasts.filter(has_text=f"Your voucher of £31.00 was mailed to {first}.")
    expect(mailed).to_be_visible()
    card = page.locator(".card").filter(has_text=first)
    expect(card.get_by_role("listitem").filter(has_text=": done")).to_have_count(3)

    page.context.set_offline(True)
    expect(page.get_by_text("You are offline.")).to_be_visible()
    second = a_recipient()
    buy_elsewhere(platform, user, second)
    told = channel.told()
    page.context.set_offline(False)

    expect(toasts.filter(has_text=f"was mailed to {second}.")).to_be_visible()
    card = page.locator(".card").filter(has_text=second)
    expect(card.get_by_role("listitem").filter(has_text=": done")).to_have_count(3)
    # In the order of arrival, which EventBridge does not promise to be that of publishing.
    steps = ["VoucherIssued", "VoucherMailed", "VoucherPaid"]
    assert sorted(told) == steps
    assert sorted(channel.told()[len(told) :]) == steps
    ids = [message["id"] for message in channel.messages if "id" in message]
    assert ids == sorted(set(ids))
    assert parse_qs(urlsplit(channel.urls[-1]).query)["after"] == [ids[2]]
    assert len(channel.urls) == 2


def test_where_nobody_tells_the_page_asks(visit: Visit, new_user: NewUser) -> None:
    visitor = visit()
    page = visitor.page
    page.route("**/tickets", lambda route: route.abort())
    at_the_till(visitor, new_user())
    recipient = a_recipient()
    pay(page, recipient)
    news = page.get_by_role("main").get_by_role("status")
    expect(news).to_have_text(f"The voucher was mailed to {recipient}.")
    visitor.forgive("net::ERR_FAILED")


def test_what_somebody_may_do_changes_in_their_open_window_without_losing_what_they_type(
    visit: Visit, new_user: NewUser, administrator: User
) -> None:
    user = new_user()
    visitor, manager = visit(), visit()
    page = visitor.page
    channel = Channel(page)
    visitor.open("/sign-in?next=/buy-voucher")
    visitor.sign_in(user)
    channel.wait_until_open()
    recipient = page.get_by_label("E-mail address of the recipient")
    recipient.fill("half-typed@")
    menu = page.get_by_role("navigation")
    expect(menu.get_by_role("link", name="Add a tariff")).to_have_count(0)

    manager.open("/sign-in")
    manager.sign_in(administrator)
    grant(manager, user, "write:products")
    changed = page.locator(".message").filter(has_text="What you may do here has changed.")
    expect(changed).to_be_visible()
    expect(menu.get_by_role("link", name="Add a tariff")).to_be_visible()
    expect(recipient).to_have_value("half-typed@")
    expect(recipient).to_be_focused()

    menu.get_by_role("link", name="Tariffs").click()
    search = page.get_by_label("Search tariffs")
    search.fill("half a name")
    manager.page.get_by_role("button", name="Take away write:products").click()
    expect(menu.get_by_role("link", name="Add a tariff")).to_have_count(0)
    expect(search).to_have_value("half a name")
    expect(search).to_be_focused()


def test_a_few_messages_are_shown_at_once_and_stay_while_they_are_looked_at(
    visit: Visit, new_user: NewUser, platform: User
) -> None:
    user = new_user()
    visitor = visit()
    page = visitor.page
    channel = Channel(page)
    visitor.open("/sign-in")
    visitor.sign_in(user)
    channel.wait_until_open()
    config = httpx.get(platform["configUrl"]).json()
    granter = sign_in(platform, config, "administrators")
    page.clock.install()
    page.clock.pause_at(datetime.now() + timedelta(seconds=1))  # however long the looking takes
    with httpx.Client(base_url=config["apis"]["identity"]) as identity:
        for number in range(4):
            put_permissions(identity, granter, user["user_id"], [f"test:{number}"])
    toasts = page.locator(".message")
    expect(toasts).to_have_count(3)
    channel.wait_until_told(4)
    expect(toasts).to_have_count(3)
    expect(page.get_by_role("status").filter(has=toasts)).to_have_count(1)

    toasts.first.hover()
    page.clock.resume()
    assert visitor.accessibility_findings() == []
    expect(toasts).to_have_count(1)
    assert settled(toasts.count, pause=letting_events_in(page)) == 1
    page.get_by_role("button", name="Close this message").click()
    expect(toasts).to_have_count(0)
    expect(page.get_by_role("main")).to_be_focused()
