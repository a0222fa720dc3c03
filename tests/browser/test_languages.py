"""The website in the language of who reads it: the browser's at first, then the chosen one."""

from playwright.sync_api import expect

from tests.browser.conftest import Visit


def test_the_browsers_language_is_spoken_until_another_one_is_chosen_which_stays(
    visit: Visit,
) -> None:
    visitor = visit(locale="de-AT")
    page = visitor.page
    visitor.open()
    expect(page.locator("html")).to_have_attribute("lang", "de-DE")
    expect(page.get_by_role("banner").get_by_role("link", name="Anmelden")).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en-GB")
    expect(page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()
    expect(page.get_by_role("button", name="English")).to_be_focused()
    page.reload()
    expect(page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()


def test_an_unknown_language_is_answered_in_english(visit: Visit) -> None:
    visitor = visit(locale="fi-FI")
    visitor.open()
    expect(visitor.page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()


def test_another_language_leaves_what_was_typed(visit: Visit) -> None:
    visitor = visit()
    page = visitor.page
    visitor.open("/sign-in")
    page.locator("[name=email]").fill("half@typed")
    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de-DE")
    expect(page.locator("[name=email]")).to_have_value("half@typed")
