"""What the website looks like: it stands still."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Visit


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("part", [".toolbar", ".card", ".panel"])
def test_what_arrives_takes_the_place_kept_for_it(visit: Visit, width: int, part: str) -> None:
    visitor = visit(width=width)
    page = visitor.page
    visitor.open()
    if part == ".panel":
        visitor.open_first_tariff()
    answers = re.compile(r"/products[?/]")
    page.route(answers, lambda _: None)
    page.reload()
    kept = place_of(page.locator("[aria-busy]").locator(part).first)
    page.unroute(answers)
    expect(page.locator("[aria-busy]")).to_have_count(0)
    assert place_of(page.locator(part).first) == kept


def place_of(part: Locator) -> tuple[int, int, int]:
    """Where a part starts and how wide it is; descriptions are as long as they are."""
    box = part.bounding_box()
    assert box
    return round(box["x"]), round(box["y"]), round(box["width"])
