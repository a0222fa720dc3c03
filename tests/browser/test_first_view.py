"""How little the first view needs until it is there: why it is quick, whatever the machine."""

import gzip
import json
import re
from collections import Counter
from functools import partial

import pytest
from playwright.sync_api import Response, Route, expect

from tests.browser.conftest import Visit, letting_events_in
from tests.browser.looking import ROOT
from tests.browser.states import View
from tests.browser.views import VISITORS
from tests.waiting import eventually

PRODUCTS = re.compile(r"/products\?")
AS_LARGE = {"document": 1_500, "stylesheet": 6_000, "image": 2_000}
"""Bytes of each kind at most, packed; of scripts `test_website.py` says it."""
CONTENT = re.compile(r"/openapi/|/execute-api/")
"""What views ask for that came with their code."""
TEXTS = ROOT / "site" / "texts"
A_FRAME = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
PATIENT = "AbortSignal.timeout = () => new AbortController().signal"
"""What is held stays held, however slow the machine: the page gives nothing up by its clock."""
FORMATS = """
  window.formats = [];
  for (const name of Object.getOwnPropertyNames(Intl)) if (/^[A-Z]/.test(name) && name !== "Locale")
    Intl[name] = new Proxy(Intl[name], {construct(Format, options) {
      formats.push(name);
      return new Format(...options);
    }});
"""
"""Notes what formats of languages are made: the first one takes a phone 50 ms."""
SHIFTS = """async () => {
  const found = [];
  const observer = new PerformanceObserver(list => found.push(...list.getEntries()));
  observer.observe({type: "layout-shift", buffered: true});
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
  found.push(...observer.takeRecords());
  return found.filter(one => !one.hadRecentInput)
    .map(one => [one.value, ...one.sources.map(({node}) => node?.outerHTML?.slice(0, 200))]);
}"""


class Held:
    """Keeps requests from going on until it lets them go, and lets later ones go at once."""

    def __init__(self) -> None:
        self._kept: list[Route] | None = []

    def hold(self, route: Route) -> None:
        """Keep a request, or let it go on where nothing is kept any more."""
        if self._kept is None:
            route.continue_()
        else:
            self._kept.append(route)

    def let_go(self) -> None:
        """Let all go on that are kept."""
        kept, self._kept = self._kept or [], None
        for route in kept:
            route.continue_()


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
    page.add_init_script(PATIENT)
    products = Held()
    page.route(PRODUCTS, products.hold)
    visitor.open()
    page.locator("[aria-busy] .toolbar").wait_for()
    products.let_go()
    page.locator(".card a").first.wait_for()
    expect(page.locator("[aria-busy]")).to_have_count(0)

    assert page.evaluate(SHIFTS) == []


@pytest.mark.parametrize("at", ["/terms", "/sign-in"])
def test_no_format_is_made_for_a_view_of_words(visit: Visit, at: str) -> None:
    visitor = visit()
    page = visitor.page
    page.add_init_script(FORMATS)
    visitor.open(at)
    page.get_by_role("contentinfo").wait_for()
    page.locator("h1:not(.waiting > *)").wait_for()

    assert page.evaluate("formats") == []


def test_formats_are_made_while_the_tariffs_are_on_their_way(visit: Visit) -> None:
    visitor = visit()
    page = visitor.page
    page.add_init_script(PATIENT)
    page.add_init_script(FORMATS)
    products = Held()
    page.route(PRODUCTS, products.hold)
    visitor.open()
    made = partial(page.evaluate, "formats")
    early = eventually(made, until=lambda seen: len(seen) == 2, pause=letting_events_in(page))
    products.let_go()
    page.locator(".card a").first.wait_for()

    assert early == ["Collator", "NumberFormat"]
    assert made().count("Collator") == 1


LAZY = {
    view.at: view
    for view in VISITORS
    if view.at != "/" and not view.at.startswith(("{", "/tariffs/"))
}
"""By its address, each view whose code comes after the frame."""


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("view", LAZY.values(), ids=str)
def test_nothing_moves_while_a_view_comes_to_who_opens_its_address(
    visit: Visit, view: View, language: str
) -> None:
    visitor = visit(width=390, locale=language)
    page = visitor.page
    frame = json.loads((TEXTS / language / "visitor.json").read_text())["skip"]
    page.add_init_script(PATIENT)
    code, content = Held(), Held()

    def bring_the_frame(route: Route) -> None:
        answer = route.fetch()
        if frame in answer.text() or "/config.json" in answer.text():
            route.fulfill(response=answer)
        else:
            code.hold(route)

    page.route("**/assets/*.js", bring_the_frame)
    page.route(CONTENT, content.hold)
    visitor.open(view.at)
    page.locator(".waiting > h1").wait_for()
    page.evaluate(A_FRAME)
    code.let_go()
    page.locator("h1:not(.waiting > *)").wait_for()
    page.evaluate(A_FRAME)
    content.let_go()
    expect(page.locator("[aria-busy]")).to_have_count(0)

    assert page.evaluate(SHIFTS) == []
    for text in view.complaints:
        visitor.forgive(text)
