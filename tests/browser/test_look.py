"""What the website looks like: still, narrow, and to everybody."""

import re
from typing import Any, Literal

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


def test_a_narrow_phone_scrolls_in_one_direction_only(
    visit: Visit, administrator: dict[str, Any]
) -> None:
    visitor = visit(width=320, height=640)
    page = visitor.page

    def widest() -> int:
        width: int = page.evaluate("document.documentElement.scrollWidth")
        return width

    visitor.open("/sign-in")
    page.get_by_label("E-mail address").wait_for()
    assert widest() <= 320
    visitor.sign_in(administrator)
    page.locator(".card a").first.wait_for()
    assert widest() <= 320
    visitor.open_first_tariff()
    assert widest() <= 320
    page.get_by_role("link", name="Change").click()
    page.get_by_label("Price").wait_for()
    assert widest() <= 320


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_an_accessibility_finding(
    visit: Visit, administrator: dict[str, Any], scheme: Literal["light", "dark"]
) -> None:
    visitor = visit(scheme=scheme)
    page = visitor.page
    visitor.open("/no/such/page")
    page.get_by_role("heading", level=1).wait_for()
    assert visitor.accessibility_findings() == []
    visitor.open("/sign-in")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    assert visitor.accessibility_findings() == []
    visitor.sign_in(administrator)
    page.locator(".card a").first.wait_for()
    assert visitor.accessibility_findings() == []
    visitor.open_first_tariff()
    assert visitor.accessibility_findings() == []
    page.get_by_role("button", name="Delete").click()
    assert visitor.accessibility_findings() == []
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Change").click()
    page.get_by_label("Price").fill("")
    page.get_by_role("button", name="Save changes").click()
    assert visitor.accessibility_findings() == []
