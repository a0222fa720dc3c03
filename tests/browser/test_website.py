"""The website as somebody meets it: in a browser, on the deployed local stage."""

import gzip
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Response, Route, expect

from tests.browser.conftest import Visit

User = dict[str, Any]


def a_name() -> str:
    return f"Browser test {uuid.uuid4().hex[:8]}"


def test_tariffs_are_listed_by_name_and_one_can_be_opened_and_left_again(visit: Visit) -> None:
    visitor = visit()
    visitor.open()
    cards = visitor.page.locator(".card a")
    cards.first.wait_for()
    names = [name.casefold() for name in cards.all_inner_texts()]
    assert names == sorted(names)
    name = visitor.open_first_tariff()
    expect(visitor.page).to_have_title(f"{name} · Blockwork Energy")
    expect(visitor.page.get_by_role("heading", level=1)).to_be_focused()
    visitor.page.go_back()
    expect(cards).to_have_count(len(names))


def test_a_search_narrows_the_list_and_says_how_many_are_left(visit: Visit) -> None:
    visitor = visit()
    visitor.open()
    name = visitor.page.locator(".card a").first.inner_text()
    visitor.page.get_by_label("Search tariffs").fill(name.upper())
    expect(visitor.page.get_by_role("link", name=name, exact=True)).to_be_visible()
    visitor.page.get_by_label("Search tariffs").fill("no tariff is called this")
    expect(visitor.page.get_by_text("No tariff matches your search.")).to_be_visible()


@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
def test_somebody_who_only_looks_does_not_load_the_sign_in_code(visit: Visit, locale: str) -> None:
    visitor = visit(locale=locale)
    scripts: list[Response] = []

    def note(response: Response) -> None:
        if response.request.resource_type == "script":
            scripts.append(response)

    visitor.page.on("response", note)
    visitor.open()
    visitor.open_first_tariff()
    # Amplify alone is more.
    assert 10_000 < sum(len(gzip.compress(script.body())) for script in scripts) < 30_000


def test_a_wrong_password_and_an_unknown_user_get_the_same_sentence(
    visit: Visit, administrator: User
) -> None:
    visitor = visit()
    visitor.open("/sign-in")
    summary = visitor.page.get_by_role("group", name="Please check this")
    visitor.fill_in(administrator["email"], "not-the-Passw0rd!")
    expect(summary).to_contain_text("The e-mail address or the password is wrong.")
    expect(summary).to_be_focused()
    visitor.fill_in("nobody@example.com", "not-the-Passw0rd!")
    expect(summary).to_contain_text("The e-mail address or the password is wrong.")
    visitor.forgive("status of 400")


def test_an_administrator_adds_changes_and_deletes_a_tariff(
    visit: Visit, administrator: User
) -> None:
    visitor = visit()
    page = visitor.page
    name = a_name()
    visitor.open()
    page.get_by_role("banner").get_by_role("link", name="Sign in").click()
    visitor.sign_in(administrator)

    page.get_by_role("main").get_by_role("link", name="Add a tariff").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Description").fill("Added in a browser.")
    page.get_by_label("Price").fill("0.1234")
    page.get_by_label("Unit").select_option("day")
    expect(page.get_by_text("£0.1234 per day")).to_be_visible()
    page.get_by_role("button", name="Add tariff").click()
    expect(page.get_by_text(f"“{name}” was added.")).to_be_visible()

    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.get_by_text("£0.1234")).to_be_visible()
    expect(page.get_by_role("button", name="Sign out", exact=True)).to_be_visible()

    page.get_by_role("link", name="Change").click()
    page.get_by_label("Price").fill("0.4321")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text(f"“{name}” was changed.")).to_be_visible()
    expect(page.get_by_text("£0.4321")).to_be_visible()

    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog", name=f"Delete “{name}”?")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Delete")).to_be_focused()
    page.get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Delete tariff").click()
    expect(page.get_by_text(f"“{name}” was deleted.")).to_be_visible()
    page.reload()
    page.locator(".card").first.wait_for()
    expect(page.get_by_role("link", name=name)).to_have_count(0)

    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    page.reload()
    expect(page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()


def test_what_does_not_fit_is_said_at_its_field_before_and_after_sending(
    visit: Visit, administrator: User
) -> None:
    visitor = visit()
    page = visitor.page
    visitor.open("/add-tariff")
    visitor.sign_in(administrator)
    page.get_by_label("Price").fill("0.12345")
    page.get_by_role("button", name="Add tariff").click()
    summary = page.get_by_role("group", name="Please check this")
    expect(summary.get_by_role("link")).to_have_text(
        ["Enter a name.", "Enter a price with at most 4 decimals."]
    )
    expect(page.get_by_label("Price")).to_have_attribute("aria-invalid", "true")
    summary.get_by_role("link").last.click()
    expect(page.get_by_label("Price")).to_be_focused()

    # Only the API knows that text may not turn its direction.
    page.get_by_label("Name").fill("Fixed \u202e Price")
    page.get_by_label("Price").fill("0.1234")
    page.get_by_role("button", name="Add tariff").click()
    expect(summary.get_by_role("link")).to_have_count(1)
    expect(page.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
    visitor.forgive("status of 422")


def test_a_session_that_ended_asks_to_sign_in_and_keeps_what_was_typed(
    visit: Visit, administrator: User
) -> None:
    visitor = visit()
    page = visitor.page
    visitor.open("/add-tariff")
    visitor.sign_in(administrator)
    page.get_by_label("Name").fill("Half typed")
    page.get_by_label("Price").fill("0.1")
    visitor.lose_session()
    page.get_by_role("button", name="Add tariff").click()
    expect(page.get_by_text("Your session has ended.")).to_be_visible()
    visitor.sign_in(administrator)
    expect(page.get_by_role("heading", level=1)).to_have_text("Add a tariff")
    expect(page.get_by_label("Name")).to_have_value("Half typed")


def test_a_customer_sees_no_way_to_edit(visit: Visit, customer: User) -> None:
    visitor = visit()
    page = visitor.page
    visitor.open("/sign-in")
    visitor.sign_in(customer)
    page.locator(".card").first.wait_for()
    expect(page.get_by_role("link", name="Add a tariff")).to_have_count(0)
    visitor.open_first_tariff()
    expect(page.get_by_role("link", name="Change")).to_have_count(0)
    expect(page.get_by_role("button", name="Delete")).to_have_count(0)
    visitor.open("/add-tariff")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account may not use this page")


def test_an_unknown_address_leads_to_a_page_that_leads_on(visit: Visit) -> None:
    visitor = visit()
    visitor.open("/no/such/page")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("We could not find that page")
    visitor.page.get_by_role("link", name="See all tariffs").click()
    visitor.page.locator(".card").first.wait_for()


@pytest.mark.parametrize("path", ["/tariffs/no-such-tariff", "/tariffs/%E2%9A%A1%20%22"])
def test_a_tariff_that_is_not_offered_is_said_to_be_so(visit: Visit, path: str) -> None:
    visitor = visit()
    visitor.open(path)
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("We do not offer this tariff")
    visitor.forgive("status of 40")


def test_an_api_that_fails_is_said_in_words_and_can_be_asked_again(visit: Visit) -> None:
    visitor = visit()
    page = visitor.page
    page.route("**/products?*", lambda route: route.abort())
    visitor.open()
    expect(page.get_by_role("alert")).to_contain_text("Our service gave no answer.")
    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    page.locator(".card").first.wait_for()
    visitor.forgive("net::ERR_FAILED")


def test_an_empty_catalog_is_said_to_be_empty(visit: Visit, platform: User) -> None:
    visitor = visit()
    visitor.page.route("**/products?*", _answering({"products": []}, platform["siteUrl"]))
    visitor.open()
    expect(visitor.page.get_by_role("heading", name="No tariffs yet")).to_be_visible()


def test_a_site_without_its_configuration_says_so(visit: Visit) -> None:
    visitor = visit()
    visitor.page.route("**/config.json", lambda route: route.fulfill(body="<!doctype html>"))
    visitor.open()
    expect(visitor.page.get_by_role("alert")).to_contain_text("/config.json is not JSON")
    visitor.forgive("/config.json is not JSON")


def _answering(body: dict[str, Any], origin: str) -> Callable[[Route], None]:
    return lambda route: route.fulfill(
        body=json.dumps(body),
        content_type="application/json",
        headers={"access-control-allow-origin": origin},
    )
