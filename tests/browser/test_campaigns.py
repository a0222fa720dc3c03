"""An administrator writes a campaign, sees whom it reaches, starts, follows and cancels it."""

import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit, Visitor, letting_events_in
from tests.e2e.audience import readers
from tests.e2e.campaigning import HELD
from tests.waiting import eventually

User = dict[str, Any]
Control = Callable[..., None]
# How many depends on who else wants it, which other tests change.
PEOPLE = re.compile(r"Mail this to [\d,]+ people\?")
HOSTILE = "<img src=x onerror=\"document.title='taken'\"> <script>document.title='taken'</script>"


@pytest.fixture(scope="module", autouse=True)
def audience(platform: User) -> Iterator[None]:
    """Let some people want the newsletter: two take the mail, one's provider takes none."""
    config = httpx.get(platform["configUrl"]).json()
    with (
        readers(platform, config, 2),
        readers(platform, config, 1, domain="rejected.example"),
    ):
        yield


@pytest.fixture
def provider(platform: User) -> Iterator[Control]:
    """Return what tells the provider of campaigns how to behave, until the test is over."""

    def tell(**behaviour: object) -> None:
        answer = httpx.put(f"{platform['providersUrl']}/control", json={"campaigns": behaviour})
        answer.raise_for_status()

    yield tell
    tell(mode="ok")


def at_the_desk(visitor: Visitor, administrator: User) -> Page:
    """Sign in and open the form of a campaign."""
    visitor.open("/write-campaign")
    visitor.sign_in(administrator)
    expect(visitor.page.get_by_text(re.compile(r"It will reach [\d,]+ people"))).to_be_visible()
    return visitor.page


def start(page: Page, subject: str, text: str = "It is here.") -> None:
    page.get_by_label("Subject").fill(subject)
    page.get_by_role("textbox", name="Text").fill(text)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Start the campaign").click()
    expect(page.get_by_role("heading", level=1, name=subject)).to_be_visible()


def standing(page: Page) -> Locator:
    return page.get_by_role("region", name="How far it has come")


def wait_for(page: Page, words: str) -> None:
    """Wait until the page says by itself that the campaign has come so far."""
    standing(page).wait_for()
    eventually(
        lambda: standing(page).inner_text(),
        until=lambda said: said.startswith(words),
        pause=letting_events_in(page),
    )


def test_a_campaign_is_written_counted_started_and_followed_to_its_end(
    visit: Visit, administrator: User
) -> None:
    visitor = visit()
    page = at_the_desk(visitor, administrator)
    subject = f"Spring {uuid.uuid4().hex[:8]}"

    page.get_by_role("button", name="Continue").click()
    summary = page.get_by_role("group", name="Please check this")
    expect(summary.get_by_role("link")).to_have_text(["Enter a subject.", "Enter a text."])
    page.get_by_label("Subject").fill(subject)
    page.get_by_role("textbox", name="Text").fill(HOSTILE)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("dialog", name=PEOPLE)).to_contain_text(subject)
    page.get_by_role("button", name="Start the campaign").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(subject)
    # Nobody reloads: the page follows by itself.
    wait_for(page, "Sent")
    expect(standing(page).get_by_role("progressbar")).to_be_visible()
    expect(standing(page)).to_contain_text("have an address that nothing can be mailed to")
    expect(page.get_by_role("button", name="Cancel the campaign")).to_have_count(0)
    expect(page.get_by_text(HOSTILE)).to_be_visible()
    assert "taken" not in page.title()

    page.get_by_role("link", name="All campaigns").click()
    mine = page.locator(".user").filter(has_text=subject)
    expect(mine).to_contain_text("Sent")
    expect(mine).to_contain_text(re.compile(r"of [\d,]+ people mailed"))


def test_a_campaign_is_cancelled_by_the_keyboard_alone_and_seen_to_stop(
    visit: Visit, administrator: User, provider: Control
) -> None:
    provider(mode="ok", seconds=HELD)
    visitor = visit()
    page = at_the_desk(visitor, administrator)
    subject = f"Stopped {uuid.uuid4().hex[:8]}"
    page.get_by_label("Subject").focus()
    page.keyboard.type(subject)
    page.keyboard.press("Tab")
    page.keyboard.type("It is here.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    wait_for(page, "Being sent")

    cancel = page.get_by_role("button", name="Cancel the campaign")
    cancel.first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(cancel).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("button").first).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    wait_for(page, "Cancelled")
    expect(standing(page)).to_contain_text("because the campaign was cancelled")
    expect(cancel).to_have_count(0)
    expect(standing(page)).to_be_focused()


def test_an_answer_that_is_lost_starts_one_campaign(visit: Visit, administrator: User) -> None:
    visitor = visit()
    page = at_the_desk(visitor, administrator)
    subject = f"Once {uuid.uuid4().hex[:8]}"
    keys: list[str] = []

    def lose(route: Any) -> None:
        keys.append(route.request.headers["idempotency-key"])
        route.fetch()
        route.abort()

    page.route(re.compile(r"\$default/campaigns$"), lose, times=1)
    page.get_by_label("Subject").fill(subject)
    page.get_by_role("textbox", name="Text").fill("It is here.")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Start the campaign").click()
    summary = page.get_by_role("group", name="Please check this")
    expect(summary).to_contain_text("we do not know whether")
    expect(summary).to_be_focused()
    visitor.forgive("net::ERR_FAILED")
    with page.expect_request(lambda one: one.method == "POST" and "/campaigns" in one.url) as again:
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("button", name="Start the campaign").click()
    assert again.value.headers["idempotency-key"] == keys[0]
    expect(page.get_by_role("heading", level=1)).to_have_text(subject)
    page.get_by_role("link", name="All campaigns").click()
    expect(page.locator(".user").filter(has_text=subject)).to_have_count(1)


def test_who_may_run_no_campaigns_finds_none(visit: Visit, customer: User) -> None:
    visitor = visit()
    visitor.open("/sign-in?next=/campaigns")
    visitor.sign_in(customer)
    page = visitor.page
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account may not use this page")
    expect(page.get_by_text("run:campaigns")).to_be_visible()
    expect(page.get_by_role("link", name="Campaigns")).to_have_count(0)
