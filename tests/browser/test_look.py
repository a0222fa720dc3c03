"""What the website looks like: still, narrow, and to everybody."""

import re
from typing import Any, Literal

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Visit
from tests.e2e.conftest import new_address, new_password


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_accounts_has_an_accessibility_finding_or_is_too_wide_for_a_phone(
    visit: Visit, administrator: dict[str, Any], scheme: Literal["light", "dark"]
) -> None:
    visitor = visit(width=320, height=640, scheme=scheme)
    page = visitor.page

    def check() -> None:
        expect(page.locator("[aria-busy]")).to_have_count(0)
        assert visitor.accessibility_findings() == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 320

    visitor.open("/sign-up")
    page.get_by_label("Password", exact=True).fill("correct-horse")
    page.get_by_role("button", name="Make the account").click()
    check()
    page.get_by_label("E-mail address").fill(f"a-long-address-{new_address()}")
    page.get_by_label("Password", exact=True).fill(new_password())
    page.get_by_role("button", name="Make the account").click()
    page.get_by_label("Code").wait_for()
    check()
    visitor.open("/forgotten-password")
    page.get_by_label("E-mail address").fill(new_address())
    check()
    page.get_by_role("button", name="Send the code").click()
    page.get_by_label("Code").wait_for()
    check()
    visitor.open("/sign-in?next=/account")
    visitor.sign_in(administrator)
    page.get_by_role("button", name="Set up an authenticator app").click()
    page.get_by_label("Setup key").wait_for()
    check()
    page.get_by_role("link", name="Users").click()
    page.locator(".user").first.wait_for()
    check()
    page.get_by_role("link", name="Permissions of").first.click()
    page.get_by_label("Action").fill("every*")
    page.get_by_label("Resource").fill("x" * 128)
    check()
    page.get_by_role("button", name="Grant", exact=True).click()
    page.get_by_role("button", name="Take away").last.wait_for()
    check()
    page.get_by_role("button", name="Take away every*").click()
    page.get_by_text("was taken away.").wait_for()
