"""Lists while they grow, are searched and are refreshed behind what somebody does."""

import json
import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Visit, letting_events_in
from tests.waiting import eventually

PRODUCTS = re.compile(r"/products\?")


def a_product(number: int, **other: Any) -> dict[str, Any]:
    return {
        "productId": f"p{number}",
        "name": f"Tariff {number:04}",
        "description": "As green as grass." if number % 2 else "As black as coal.",
        "price": "0.2450",
        "currency": "GBP",
        "unit": "kWh",
        "createdAt": "2026-01-31T12:00:00Z",
        "updatedAt": "2026-01-31T12:00:00Z",
        **other,
    }


def catalog_of(products: list[dict[str, Any]], size: int = 100) -> Callable[[Route], None]:
    """Answer like the catalog's API with pages of this size."""

    def answer(route: Route) -> None:
        token = re.search(r"nextToken=(\d+)", route.request.url)
        first = int(token[1]) if token else 0
        after = first + size
        page: dict[str, Any] = {"products": products[first:after]}
        if after < len(products):
            page["nextToken"] = str(after)
        route.fulfill(
            body=json.dumps(page),
            content_type="application/json",
            headers={"access-control-allow-origin": "*"},
        )

    return answer


def test_a_refresh_leaves_what_is_typed_in_the_search_and_shows_what_is_new(visit: Visit) -> None:
    visitor = visit()
    page = visitor.page
    page.route(PRODUCTS, catalog_of([a_product(1), a_product(2)]))
    page.route("**/products/p1", lambda route: route.abort())
    visitor.open()
    visitor.open_first_tariff()
    held: list[Route] = []
    page.unroute(PRODUCTS)
    page.route(PRODUCTS, lambda route: held.append(route))
    page.get_by_role("link", name="All tariffs").click()
    search = page.get_by_label("Search tariffs")
    search.fill("tariff 000")
    eventually(lambda: len(held), until=bool, pause=letting_events_in(page))

    catalog_of([a_product(number) for number in (1, 2, 3)])(held[0])

    expect(page.get_by_role("link", name="Tariff 0003", exact=True)).to_be_visible()
    expect(search).to_have_value("tariff 000")
    expect(search).to_be_focused()
    visitor.forgive("net::ERR_FAILED")


def test_what_show_more_has_brought_stays_over_refreshes_and_goes_on(visit: Visit) -> None:
    visitor = visit()
    page = visitor.page
    page.route(PRODUCTS, catalog_of([a_product(number) for number in range(25)], size=1))
    page.route("**/products/p0", lambda route: route.abort())
    visitor.open()
    cards = page.locator(".card a")
    expect(cards).to_have_count(10)
    page.get_by_role("button", name="Show more").click()
    expect(cards).to_have_count(20)
    expect(page.get_by_role("link", name="Tariff 0010", exact=True)).to_be_focused()
    visitor.open_first_tariff()
    page.go_back()
    with page.expect_response(re.compile("nextToken=19")):
        expect(cards).to_have_count(20)
    expect(page.locator("[aria-busy]")).to_have_count(0)
    expect(cards).to_have_count(20)
    page.get_by_role("button", name="Show more").click()
    expect(cards).to_have_count(25)
    expect(page.get_by_role("button", name="Show more")).to_have_count(0)
    visitor.forgive("net::ERR_FAILED")


def test_a_tariff_in_a_unit_and_a_currency_that_the_site_does_not_know_is_shown_as_it_is(
    visit: Visit,
) -> None:
    visitor = visit()
    products = [a_product(1), a_product(2, unit="week"), a_product(3, currency="pebbles")]
    visitor.page.route(PRODUCTS, catalog_of(products))
    visitor.open()
    cards = visitor.page.locator(".card")
    expect(cards).to_have_count(3)
    expect(cards.nth(1)).to_contain_text("£0.245 per week")
    expect(cards.nth(2)).to_contain_text("0.2450 pebbles per kWh")


def test_a_key_press_in_the_search_of_a_thousand_tariffs_draws_few_of_them_and_the_rest_after(
    visit: Visit,
) -> None:
    visitor = visit()
    page = visitor.page
    page.route(PRODUCTS, catalog_of([a_product(number) for number in range(1000)]))
    visitor.open()
    expect(page.locator(".card")).to_have_count(1000)

    count_what_the_next_key_draws(page)
    page.get_by_label("Search tariffs").press_sequentially("g")

    assert 0 < page.evaluate("window.drawn") <= 60
    expect(page.get_by_text("500 tariffs")).to_be_visible()
    expect(page.locator(".card")).to_have_count(500)


def count_what_the_next_key_draws(page: Page) -> None:
    """Count the cards on the page when it is drawn the first time after a key press."""
    page.evaluate(
        "() => document.querySelector('#search').addEventListener('input', () => {"
        " requestAnimationFrame(() => { const count = document.querySelectorAll('.card').length;"
        " window.drawn ??= count }) }, {once: true})"
    )
