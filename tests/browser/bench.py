"""Measure how quick the website is, as a phone has it, on a local stage of its own.

`python -m tests.browser.bench`, a part of `make bench`: what Lighthouse says of each public view's
performance, and how long a key waits in the search of a thousand tariffs until it is drawn. Of
several runs the best counts: what other processes take of the machine only adds.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urljoin

from playwright.sync_api import Page, sync_playwright

from blockwork.bench.row import Row, show
from tests.browser.conftest import FLAGS, installed, names_of
from tests.browser.lighthouse import PERFORMANCE, Lighthouse
from tests.browser.test_lists import PRODUCTS, a_product, catalog_of
from tests.browser.views import public_views
from tests.conftest import free_port
from tools.platform import platform_stage

RUNS = 3
MOST_LOST = 5
"""Points of 100 that a view may lose: Lighthouse's "good" begins at 90."""
MOST_INP = 0.2
"""Seconds from a key to its picture that still are good (web.dev, Interaction to Next Paint)."""
REST_MS = 500.0
TYPED = "green as grass"
LONGEST = """() => {
  window.longest = 0;
  new PerformanceObserver(list => {
    const typed = list.getEntries().filter(one => one.interactionId);
    longest = Math.max(longest, ...typed.map(one => one.duration));
  }).observe({type: "event", durationThreshold: 16, buffered: true});
}"""


def performance(site: str, known: dict[str, str], program: str) -> Iterator[Row]:
    """Score every public view that search engines list."""
    with Lighthouse(program, FLAGS) as lighthouse:
        for view in public_views():
            if view.listed:
                url = urljoin(site, view.at.format_map(known))
                scores = [lighthouse.scores(url, [PERFORMANCE])[0] for _ in range(RUNS)]
                best = max(score[PERFORMANCE] or 0 for score in scores)
                yield Row(
                    what=f"Lighthouse performance of {view}, points lost",
                    measured=round(100 - 100 * best),
                    bar=MOST_LOST,
                    unit="",
                )


def typing(site: str, program: str) -> Iterator[Row]:
    """Type into the search of a thousand tariffs, and into a field of an empty page."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*FLAGS])
        page = browser.new_page(locale="en-GB")
        page.set_content("<label>Search tariffs<input></label>")
        alone = longest(page)
        page.route(PRODUCTS, catalog_of([a_product(number) for number in range(1000)]))
        page.goto(site)
        page.locator(".card").nth(999).wait_for()
        among_all = longest(page)
        browser.close()
    yield Row(
        what=f"a key in the search of 1,000 tariffs (in an empty page {alone * 1000:.0f} ms)",
        measured=among_all,
        bar=MOST_INP,
    )


def longest(page: Page) -> float:
    """Return the seconds that the slowest of some keys took until it was drawn, at best."""
    field = page.get_by_label("Search tariffs")
    found: list[float] = []
    for _ in range(RUNS):
        page.evaluate(LONGEST)
        field.fill("")
        # As quickly as somebody types: a key meets what the one before has left to draw.
        field.press_sequentially(TYPED, delay=120)
        page.wait_for_timeout(REST_MS)
        found.append(page.evaluate("longest") / 1000)
    return min(found)


def main() -> int:
    """Print every number beside its bar and return 1 if one is missed."""
    program = installed()
    if program is None:
        print("error: there is no browser on this machine: install chromium", file=sys.stderr)
        return 1
    with TemporaryDirectory() as folder:
        stage = platform_stage(Path(folder), free_port())
        try:
            platform = stage.up()
            with names_of(platform) as known:
                rows = list(performance(platform["siteUrl"], known, program))
            rows += typing(platform["siteUrl"], program)
        finally:
            stage.clean()
    return show(rows)


if __name__ == "__main__":
    sys.exit(main())
