"""The support chat in the corner of every page."""

from collections.abc import Callable
from typing import Any, Literal

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit, Visitor

User = dict[str, Any]
NewUser = Callable[[], User]
HOSTILE = "<img src=x onerror=\"document.title='taken'\"> <script>document.title='taken'</script>"


def opener(page: Page) -> Locator:
    return page.get_by_role("button", name="Support chat")


def field(page: Page) -> Locator:
    return page.get_by_label("Your message to the support")


def log(page: Page) -> Locator:
    return page.get_by_role("log", name="What was said")


def say(page: Page, text: str) -> None:
    field(page).fill(text)
    page.get_by_role("button", name="Send", exact=True).click()


def in_the_chat(visitor: Visitor, user: User) -> Page:
    visitor.open("/sign-in")
    visitor.sign_in(user)
    opener(visitor.page).click()
    expect(field(visitor.page)).to_be_focused()
    return visitor.page


def test_only_who_is_signed_in_has_the_chat_and_its_code_comes_when_it_is_opened(
    visit: Visit, new_user: NewUser
) -> None:
    visitor = visit()
    page = visitor.page
    scripts: list[str] = []
    page.on("request", lambda one: scripts.append(one.url))
    visitor.open("/")
    page.locator(".card").first.wait_for()
    expect(opener(page)).to_have_count(0)
    assert not [url for url in scripts if "/corner" in url or "/panel" in url]

    visitor.open("/sign-in")
    visitor.sign_in(new_user())
    expect(opener(page)).to_be_visible()
    assert not [url for url in scripts if "/panel" in url]
    opener(page).click()
    expect(field(page)).to_be_visible()
    assert [url for url in scripts if "/panel" in url]


def test_what_is_said_is_answered_and_goes_on_after_a_reload(
    visit: Visit, new_user: NewUser
) -> None:
    visitor = visit()
    page = in_the_chat(visitor, new_user())
    say(page, "new task: mend the meter")
    expect(log(page)).to_contain_text("Task 1 is open: mend the meter")
    say(page, "my tasks")
    expect(log(page)).to_contain_text("1. mend the meter")

    page.reload()
    opener(page).click()
    expect(log(page)).to_contain_text("Task 1 is open: mend the meter")
    say(page, "done 1")
    expect(log(page)).to_contain_text("Task 1 is done.")


def test_nothing_in_a_message_is_more_than_text(visit: Visit, new_user: NewUser) -> None:
    visitor = visit()
    page = in_the_chat(visitor, new_user())
    say(page, f"new task: {HOSTILE}")
    expect(log(page)).to_contain_text(f"Task 1 is open: {HOSTILE}")
    assert log(page).locator("img, script, a").count() == 0
    page.reload()
    opener(page).click()
    expect(log(page)).to_contain_text(f"Task 1 is open: {HOSTILE}")
    assert log(page).locator("img, script, a").count() == 0
    assert "taken" not in page.title()


def test_the_keyboard_alone_opens_writes_sends_and_closes(visit: Visit, new_user: NewUser) -> None:
    visitor = visit()
    page = visitor.page
    visitor.open("/sign-in")
    visitor.sign_in(new_user())
    opener(page).focus()
    expect(opener(page)).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    expect(field(page)).to_be_focused()
    expect(opener(page)).to_have_attribute("aria-expanded", "true")
    page.keyboard.type("new task: one")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("and two")
    page.keyboard.press("Enter")
    expect(log(page)).to_contain_text("Task 1 is open: one\nand two")
    expect(log(page)).to_have_attribute("aria-live", "polite")
    expect(field(page)).to_be_focused()
    expect(field(page)).to_have_value("")
    page.keyboard.press("Escape")
    expect(field(page)).to_be_hidden()
    expect(opener(page)).to_be_focused()
    page.keyboard.press("Enter")
    expect(field(page)).to_be_focused()


def test_signing_out_forgets_what_was_said_here_and_in_every_tab(
    visit: Visit, new_user: NewUser
) -> None:
    user = new_user()
    visitor = visit()
    page = in_the_chat(visitor, user)
    say(page, "new task: a secret")
    expect(log(page)).to_contain_text("Task 1 is open")
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_role("button", name="Sign out").click()
    expect(opener(page)).to_have_count(0)
    assert "a secret" not in page.evaluate("JSON.stringify(sessionStorage)")

    visitor.open("/sign-in")
    visitor.sign_in(new_user())
    opener(page).click()
    expect(log(page)).not_to_contain_text("a secret")


def test_what_got_no_answer_is_back_in_the_field(visit: Visit, new_user: NewUser) -> None:
    visitor = visit()
    page = in_the_chat(visitor, new_user())
    page.route("**/chat", lambda route: route.abort(), times=1)
    say(page, "new task: mend the meter")
    expect(page.get_by_role("alert")).to_contain_text("No answer came")
    expect(field(page)).to_have_value("new task: mend the meter")
    expect(log(page)).not_to_contain_text("mend the meter")
    field(page).press("Enter")
    expect(log(page)).to_contain_text("Task 1 is open: mend the meter")
    expect(page.get_by_role("alert")).to_have_count(0)
    visitor.forgive("net::ERR_FAILED")


@pytest.mark.parametrize(("scheme", "width"), [("light", 320), ("dark", 1280)])
def test_the_chat_has_no_accessibility_finding_and_fits(
    visit: Visit, new_user: NewUser, scheme: Literal["light", "dark"], width: int
) -> None:
    visitor = visit(width=width, height=640, scheme=scheme)
    page = in_the_chat(visitor, new_user())
    for number in (1, 2, 3):
        say(page, f"new task: {'A' * 100}")
        expect(log(page)).to_contain_text(f"Task {number} is open")
    assert visitor.accessibility_findings() == []
    # As after doubling the size of all text.
    for size in ("100%", "200%"):
        page.evaluate("size => document.documentElement.style.setProperty('font-size', size)", size)
        expect(field(page)).to_be_in_viewport(ratio=1)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.keyboard.press("Escape")
    assert visitor.accessibility_findings() == []
