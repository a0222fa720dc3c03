"""A website whose parts fail: every failure is said in words, with what to tell who helps."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Visit, Visitor

User = dict[str, Any]
UUID = r"[0-9a-f]{8}-[0-9a-f-]{27}"


def answering(status: int, body: object) -> Callable[[Route], None]:
    """Return what answers as an API whose answers every page may read."""
    headers = {"access-control-allow-origin": "*", "access-control-expose-headers": "*"}
    return lambda route: route.fulfill(status=status, headers=headers, json=body)


def reference(page: Page) -> str:
    """Return the reference that the page tells, once it has one."""
    hint = page.get_by_role("alert").locator(".hint").inner_text()
    return hint.partition("Reference: ")[2].split()[0]


def no_stack_shows(page: Page) -> bool:
    return re.search(r"\bat \S+ \(|\.js:\d|TypeError|RangeError", page.inner_text("body")) is None


def console(visitor: Visitor) -> list[str]:
    """Return what the console says, as it comes."""
    said: list[str] = []
    visitor.page.on("console", lambda message: said.append(message.text))
    return said


def test_a_service_that_fails_gives_the_id_of_the_request_to_copy_and_to_get_help_with(
    visit: Visit,
) -> None:
    visitor = visit()
    page = visitor.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.route("**/products/*", answering(500, {"title": "No", "correlationId": "quote-me"}))
    visitor.open("/tariffs/some")
    expect(page.get_by_role("heading", level=1)).to_have_text("We could not load this tariff")
    assert reference(page) == "quote-me"
    assert visitor.accessibility_findings() == []

    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_focused()
    assert page.evaluate("navigator.clipboard.readText()") == "quote-me"

    page.unroute("**/products/*")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We do not offer this tariff")
    visitor.forgive("500")
    visitor.forgive("404")


def test_the_way_to_help_takes_the_reference_along(visit: Visit) -> None:
    visitor = visit()
    page = visitor.page
    page.route("**/products?*", answering(503, {"title": "No", "correlationId": "quote-me"}))
    visitor.open()
    page.get_by_role("link", name="Get help").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Contact")
    mail = page.get_by_role("main").get_by_role("link", name="help@")
    expect(mail).to_have_attribute("href", re.compile(r"^mailto:.+\?subject=Reference%20quote-me$"))
    visitor.forgive("503")


def test_a_view_that_throws_is_an_error_page_with_an_id_that_the_console_knows(
    visit: Visit,
) -> None:
    visitor = visit()
    page = visitor.page
    said = console(visitor)
    shapeless = {"productId": "some", "name": "Some", "price": {}, "updatedAt": "never"}
    page.route("**/products/*", answering(200, shapeless))
    visitor.open("/tariffs/some")

    expect(page.get_by_role("heading", level=1)).to_have_text("We could not load this page")
    told = reference(page)
    assert re.fullmatch(UUID, told)
    assert any(told in line and "RangeError" in line for line in said), said
    assert no_stack_shows(page)
    assert visitor.accessibility_findings() == []
    expect(page.get_by_role("contentinfo")).to_be_visible()

    page.get_by_role("link", name="Tariffs", exact=True).click()
    page.locator(".card").first.wait_for()
    visitor.forgive(told)


def test_an_answer_that_is_none_has_an_id_too_and_asking_again_shows_the_view(
    visit: Visit,
) -> None:
    visitor = visit()
    page = visitor.page
    page.route("**/products?*", answering(200, {"products": None}))
    visitor.open()
    told = reference(page)
    assert re.fullmatch(UUID, told)
    assert no_stack_shows(page)

    page.unroute("**/products?*")
    page.get_by_role("button", name="Try again").click()
    page.locator(".card").first.wait_for()
    visitor.forgive("TypeError")


def test_a_view_whose_code_does_not_come_is_an_error_page_that_tries_again(visit: Visit) -> None:
    visitor = visit()
    page = visitor.page
    said = console(visitor)
    visitor.open()
    page.locator(".card").first.wait_for()
    page.route("**/assets/*.js", lambda route: route.abort())
    page.get_by_role("contentinfo").get_by_role("link", name="Terms").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("We could not load this page")
    told = reference(page)
    assert any(told in line for line in said), said
    assert no_stack_shows(page)

    page.unroute("**/assets/*.js")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Terms")
    visitor.forgive("ERR_FAILED")
    visitor.forgive(told)


@pytest.mark.parametrize("body", [{"title": "No", "correlationId": "quote-me"}, {}])
def test_a_form_that_a_service_fails_says_what_to_tell(
    visit: Visit, administrator: User, body: dict[str, str]
) -> None:
    visitor = visit()
    page = visitor.page
    visitor.open("/sign-in?next=/add-tariff")
    visitor.sign_in(administrator)
    page.route("**/products", answering(500, body))
    page.get_by_label("Name").fill("Some")
    page.get_by_label("Price").fill("0.1")
    page.get_by_role("button", name="Add tariff").click()

    summary = page.get_by_role("group", name="Please check this")
    words = f"Reference: {'quote-me' if body else UUID}"
    expect(summary).to_contain_text(re.compile(words))
    visitor.forgive("500")
