"""How little the first view needs until it is there: why it is quick, whatever the machine."""

import gzip
import re
from collections import Counter

import pytest
from playwright.sync_api import Response, Route, expect

from tests.browser.conftest import Visit

PRODUCTS = re.compile(r"/products\?")
AS_LARGE = {"document": 1_500, "stylesheet": 6_000, "image": 2_000}
"""Bytes of each kind at most, packed; of scripts `test_website.py` says it."""
SHIFTS = """() => new Promise(done => {
  const observer = new PerformanceObserver(() => {});
  observer.observe({type: "layout-shift", buffered: true});
  requestAnimationFrame(() => requestAnimationFrame(() => done(
    observer.takeRecords().filter(one => !one.hadRecentInput)
      .map(one => [one.value, ...one.sources.map(({node}) => node?.outerHTML?.slice(0, 200))]))));
})"""


def test_the_first_view_takes_few_requests_and_few_bytes(visit: Visit) -> None:
    visitor = visit()
    answers: list[Response] = []
    visitor.page.on("response", lambda one: answers.append(one))
    visitor.open()
    visitor.page.locator(".card a").first.wait_for()

    kinds = Counter(one.request.resource_type for one in answers)
    del kinds["other"]  # the icon of the tab
    # The page, its style, its script and texts, the hero; the settings and the tariffs.
    assert kinds == {
        "document": 1,
        "stylesheet": 1,
        "script": 2,
        "image": kinds["image"],
        "fetch": 2,
    }
    assert kinds["image"] <= 2
    for kind, most in AS_LARGE.items():
        size = sum(
            len(gzip.compress(one.body())) for one in answers if one.request.resource_type == kind
        )
        assert size < most, (kind, size)


def test_only_the_style_holds_up_the_first_picture(visit: Visit) -> None:
    visitor = visit()
    visitor.open()
    visitor.page.locator(".card a").first.wait_for()
    blocking = visitor.page.evaluate(
        "performance.getEntriesByType('resource')"
        ".filter(one => one.renderBlockingStatus === 'blocking').map(one => one.name)"
    )
    assert [name.rpartition(".")[2] for name in blocking] == ["css"]


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_moves_while_the_first_view_fills(visit: Visit, width: int) -> None:
    visitor = visit(width=width)
    page = visitor.page
    held: list[Route] = []
    page.route(PRODUCTS, lambda route: held.append(route), times=1)
    visitor.open()
    page.locator("[aria-busy] .toolbar").wait_for()
    for route in held:
        route.continue_()
    page.locator(".card a").first.wait_for()
    expect(page.locator("[aria-busy]")).to_have_count(0)

    assert page.evaluate(SHIFTS) == []
