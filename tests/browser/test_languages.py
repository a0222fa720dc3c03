"""The website in the language of who reads it: the browser's at first, then the chosen one."""

import re
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import Visit
from tests.browser.looking import Validator


@pytest.fixture(scope="module")
def validator() -> Iterator[Validator]:
    """Return what reads HTML."""
    with Validator() as started:
        yield started


def test_the_browsers_language_is_spoken_until_another_one_is_chosen_which_stays(
    visit: Visit,
) -> None:
    visitor = visit(locale="de-AT")
    page = visitor.page
    visitor.open("/sign-in")
    expect(page.locator("html")).to_have_attribute("lang", "de-DE")
    expect(page.get_by_role("heading", level=1)).to_have_text("Anmelden")
    expect(page).to_have_title("Anmelden · Blockwork Energy")

    page.get_by_role("button", name="English").click()

    expect(page.locator("html")).to_have_attribute("lang", "en-GB")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    expect(page).to_have_title("Sign in · Blockwork Energy")
    expect(page.get_by_role("button", name="English")).to_be_focused()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_a_language_that_there_is_not_is_answered_in_english(visit: Visit) -> None:
    visitor = visit(locale="fi-FI")
    visitor.open()
    expect(visitor.page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()


def test_another_language_leaves_what_was_typed(visit: Visit) -> None:
    visitor = visit()
    page = visitor.page
    visitor.open("/sign-up")
    page.locator("[name=email]").fill("half@typed")
    page.locator("[name=newPassword]").fill("Half-typed")
    page.get_by_role("button", name="Deutsch").click()
    expect(page.get_by_label("E-Mail-Adresse")).to_have_value("half@typed")
    expect(page.get_by_label("Passwort", exact=True)).to_have_value("Half-typed")
    expect(page.get_by_text("eine Ziffer")).to_be_visible()
    visitor.open()
    page.get_by_label("Tarife durchsuchen").fill("half typed")
    expect(page.get_by_text("Kein Tarif passt zu Ihrer Suche.")).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_label("Search tariffs")).to_have_value("half typed")
    expect(page.get_by_text("No tariff matches your search.")).to_be_visible()


@pytest.mark.parametrize(
    ("locale", "price", "changed"),
    [
        ("en-GB", r"[£€$]\d+\.\d{2,4} per ", r"Last changed \d{1,2} [A-Z]\w+ \d{4} at \d\d:\d\d"),
        (
            "de-DE",
            r"\d+,\d{2,4}\s[£€$] pro ",
            r"Zuletzt geändert: \d{1,2}\. \w+ \d{4} um \d\d:\d\d",
        ),
    ],
)
def test_money_and_dates_are_written_as_the_language_does(
    visit: Visit, locale: str, price: str, changed: str
) -> None:
    visitor = visit(locale=locale)
    visitor.open()
    expect(visitor.page.locator(".card .price").first).to_have_text(re.compile(price))
    visitor.open_first_tariff()
    expect(visitor.page.get_by_text(re.compile(changed))).to_be_visible()


def test_what_is_drawn_already_is_drawn_in_the_other_language_as_well(
    visit: Visit, customer: dict[str, Any]
) -> None:
    visitor = visit()
    page = visitor.page
    visitor.open("/sign-in?next=/buy-voucher")
    visitor.sign_in(customer)
    page.get_by_label("Amount in pounds").fill("2500")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("group", name="Please check this")).to_be_visible()
    page.get_by_role("button", name="Deutsch").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Gutschein kaufen")
    expect(page.get_by_text("Von 1\u00a0£ bis 500\u00a0£.")).to_be_visible()
    page.get_by_label("Betrag in Pfund").fill("12,50")
    page.get_by_label("E-Mail-Adresse der Person").fill("anna@example.com")
    page.get_by_role("button", name="Weiter").click()
    expect(page.get_by_role("dialog", name="12,50\u00a0£ bezahlen?")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Abbrechen").click()
    page.get_by_role("navigation").get_by_role("link", name="Gutscheine").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Gutscheine")
    expect(page).to_have_title("Gutscheine · Blockwork Energy")


def test_a_language_that_does_not_load_leaves_the_page_as_it_is(visit: Visit) -> None:
    visitor = visit()
    page = visitor.page
    visitor.open("/no/such/page")  # which goes on to load nothing by itself
    page.get_by_role("heading", level=1, name="We could not find that page").wait_for()
    page.route("**/assets/*.js", lambda route: route.abort())
    page.get_by_role("button", name="Deutsch").click()
    expect(page.get_by_text("This language could not be loaded.")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en-GB")
    visitor.forgive("net::ERR_FAILED")


def test_a_page_whose_texts_do_not_load_says_so_in_both_languages(visit: Visit) -> None:
    visitor = visit()
    page = visitor.page
    scripts: list[str] = []

    def first_only(route: Route) -> None:
        scripts.append(route.request.url)
        if len(scripts) == 1:
            route.continue_()
        else:
            route.abort()

    page.route("**/assets/*.js", first_only)
    visitor.open()
    expect(page.get_by_text("The site could not be loaded.")).to_be_visible()
    expect(page.get_by_text("Die Seite konnte nicht geladen werden.")).to_be_visible()
    visitor.forgive("net::ERR_FAILED")
    visitor.forgive("Failed to fetch dynamically imported module")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_in_german_has_a_finding_or_is_too_wide_for_a_phone(
    visit: Visit,
    administrator: dict[str, Any],
    validator: Validator,
    scheme: Literal["light", "dark"],
) -> None:
    visitor = visit(width=320, height=640, scheme=scheme, locale="de-DE")
    page = visitor.page

    def check(heading: str) -> None:
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        expect(page.locator("[aria-busy]")).to_have_count(0)
        assert visitor.accessibility_findings() == []
        assert validator.findings(page.content()) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 320

    visitor.open()
    check("Energie zu einem Preis, den man lesen kann")
    visitor.open("/no/such/page")
    check("Diese Seite haben wir nicht gefunden")
    visitor.open("/sign-up")
    page.get_by_role("main").get_by_role("button", name="Konto anlegen").click()
    check("Konto anlegen")
    visitor.open("/sign-in?next=/account")
    page.get_by_label("E-Mail-Adresse").fill(administrator["email"])
    page.get_by_label("Passwort", exact=True).fill(administrator["password"])
    page.get_by_role("main").get_by_role("button", name="Anmelden").click()
    check("Ihr Konto")
    for path, heading in {
        "/users": "Benutzer",
        "/add-tariff": "Tarif anlegen",
        "/vouchers": "Gutscheine",
        "/buy-voucher": "Gutschein kaufen",
        "/campaigns": "Kampagnen",
        "/write-campaign": "Kampagne schreiben",
        "/developers": "Für Entwickler",
    }.items():
        visitor.open(path)
        check(heading)
