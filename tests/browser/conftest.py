"""A headless Chromium of the machine, and visitors of the website in it."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, Literal, Protocol
from urllib.parse import urljoin

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.browser import judges
from tests.e2e.accounts import code_for
from tests.e2e.audience import ask, readers
from tests.e2e.conftest import aws, make_account
from tests.waiting import PATIENCE_MS

STRANGER = "evil.example"
FORECAST = re.compile(r"/forecast\?date=")
NAMES = f"MAP {STRANGER} 127.0.0.1"  # as its owner's name server could say
FLAGS = ("--no-sandbox", "--disable-dev-shm-usage")
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
AXE = Path("node_modules", "axe-core", "axe.min.js")
# What holds is not described: that takes longer than to find what does not.
AXE_RUN = """runOnly => axe.run({runOnly, resultTypes: ["violations"], preload: false})
  .then(({violations}) => violations)"""
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

expect.set_options(timeout=PATIENCE_MS)


def letting_events_in(page: Page) -> Callable[[float], None]:
    """Return a pause between two looks in which the page goes on."""
    return lambda seconds: page.wait_for_timeout(seconds * 1000)


class Visitor:
    """Somebody at the website, with everything the browser complained about."""

    def __init__(self, page: Page, site_url: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        self._site_url = site_url
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))

    def open(self, path: str = "/") -> None:
        """Go to a page of the site by its address, as after typing it, or to one elsewhere."""
        self.page.goto(urljoin(self._site_url, path))

    def sign_in(self, user: dict[str, Any]) -> None:
        """Sign in on the sign-in page, wherever that leads."""
        self.fill_in(user["email"], user["password"])
        self.page.get_by_text("You are signed in.", exact=True).wait_for()

    def fill_in(self, email: str, password: str) -> None:
        """Fill in the sign-in form and send it."""
        self.page.get_by_label("E-mail address").fill(email)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_role("main").get_by_role("button", name="Sign in").click()

    def sign_out(self) -> None:
        """Sign out, and wait until the page says so."""
        self.page.get_by_role("button", name="Sign out", exact=True).click()
        self.page.get_by_text("You are signed out.").wait_for()

    def open_first_tariff(self) -> str:
        """Follow the link of the first tariff in the list; return its name."""
        name = self.page.locator(".card a").first.inner_text()
        self.page.get_by_role("link", name=name, exact=True).click()
        self.page.get_by_role("heading", level=1, name=name, exact=True).wait_for()
        return name

    def lose_session(self) -> None:
        """Forget the tokens, as a browser does whose session has ended; the page is not told."""
        self.page.evaluate(
            "Object.keys(localStorage).filter(k => k.startsWith('CognitoIdentityServiceProvider'))"
            ".forEach(k => localStorage.removeItem(k))"
        )

    def forgive(self, text: str) -> None:
        """Expect at least one complaint with this text and strike out all of them."""
        assert any(text in complaint for complaint in self.complaints), self.complaints
        self.complaints = [c for c in self.complaints if text not in c]

    def accessibility_findings(self) -> list[str]:
        """What axe-core finds wrong with the page as it is now."""
        # A fade-in would be measured with half its contrast, also one that begins meanwhile.
        self.page.emulate_media(reduced_motion="reduce")
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate((judges.installed() / AXE).read_text(encoding="utf-8"))
        found = self.page.evaluate(AXE_RUN, AXE_TAGS)
        self.page.emulate_media(reduced_motion="no-preference")
        return [
            f"{finding['id']}: {node['target']} {node['failureSummary']}"
            for finding in found
            for node in finding["nodes"]
        ]

    def _listen(self, message: ConsoleMessage) -> None:
        # A day without a forecast is no fault: it depends on the night that was last, if any.
        is_forecast = FORECAST.search(message.location.get("url", ""))
        if message.type == "error" and not (is_forecast and "status of 404" in message.text):
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")


class Visit(Protocol):
    """Brings a new visitor, with nothing remembered from others."""

    def __call__(
        self,
        *,
        width: int = 1280,
        height: int = 800,
        scheme: Literal["light", "dark"] = "light",
        locale: str = "en-GB",
    ) -> Visitor:
        """Open a window of this size, in CSS pixels, of a browser that asks for this language."""


def installed() -> str | None:
    """Return the machine's browser, if there is one."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def program() -> str:
    """Return the machine's browser, or skip with the way to get one."""
    found = installed()
    if found is None:
        pytest.skip(
            f"there is no browser ({', '.join(PROGRAMS)}) on this machine: "
            "install one, for example with `apt-get install chromium`"
        )
    return found


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Return a headless browser, or skip with the way to get one."""
    executable = program()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=[*FLAGS, f"--host-resolver-rules={NAMES}"]
        )
        yield browser
        browser.close()


@pytest.fixture
def visit(
    chromium: Browser, platform: dict[str, Any], new_user: Callable[[], dict[str, Any]]
) -> Iterator[Visit]:
    """Return a function that brings a new visitor; none of them may leave with a complaint.

    CSP violations are complaints too: Chromium reports them as errors of the console.

    :param new_user: whose users go after the pages, which may be asking for them still.
    """
    visitors: list[Visitor] = []

    def bring(
        *,
        width: int = 1280,
        height: int = 800,
        scheme: Literal["light", "dark"] = "light",
        locale: str = "en-GB",
    ) -> Visitor:
        # The machine's own language has no say.
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, locale=locale
        )
        visitors.append(Visitor(context.new_page(), platform["siteUrl"]))
        return visitors[-1]

    yield bring
    for visitor in visitors:
        visitor.page.context.close()
    assert [complaint for visitor in visitors for complaint in visitor.complaints] == []


@pytest.fixture(scope="session")
def known(platform: dict[str, Any]) -> Iterator[dict[str, str]]:
    """Return what the addresses of views name."""
    with names_of(platform) as names:
        yield names


@contextmanager
def names_of(platform: dict[str, Any]) -> Iterator[dict[str, str]]:
    """Find a product, make a user and their way out of the newsletter, for a while."""
    config = httpx.get(platform["configUrl"]).json()
    with readers(platform, config, 1) as (reader,):
        question = {"userIds": [reader.user_id]}
        (subscriber,) = ask(platform, "DescribeSubscribers", question)["subscribers"]
        products = httpx.get(f"{config['apis']['catalog']}/products").json()["products"]
        yield {
            "product": products[0]["productId"],
            "user": reader.user_id,
            "unsubscribe": subscriber["unsubscribeUrl"],
        }


@pytest.fixture
def new_user(platform: dict[str, Any]) -> Iterator[Callable[[], dict[str, Any]]]:
    """Return what makes a customer of the test's own, who is gone after it."""
    pool = aws(platform, "cognito-idp")
    pool_id = httpx.get(platform["configUrl"]).json()["userPoolId"]
    made: list[str] = []

    def make() -> dict[str, Any]:
        account = make_account(pool, pool_id, "customers")
        made.append(account.user_id)
        return asdict(account)

    yield make
    for user_id in made:
        with suppress(pool.exceptions.UserNotFoundException):  # they have deleted it themselves
            pool.admin_delete_user(UserPoolId=pool_id, Username=user_id)


@pytest.fixture
def mailed_code(platform: dict[str, Any]) -> Iterator[Callable[..., str]]:
    """Return what waits for so many mails with a code to an address, and reads the last."""
    with httpx.Client(base_url=platform["providersUrl"]) as outside:
        yield partial(code_for, outside)


@pytest.fixture
def administrator(platform: dict[str, Any]) -> dict[str, Any]:
    """Return the e-mail address and password of an administrator."""
    return _user_of(platform, "administrators")


@pytest.fixture
def customer(platform: dict[str, Any]) -> dict[str, Any]:
    """Return the e-mail address and password of a customer."""
    return _user_of(platform, "customers")


def _user_of(platform: dict[str, Any], group: str) -> dict[str, Any]:
    users: list[dict[str, Any]] = platform["users"]
    return next(user for user in users if group in user["groups"])
