"""Looks at a view from every side at one load: axe, the validator, how wide it is, its pictures."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from playwright.sync_api import expect

from blockwork.local.toolchain import NODE_BIN
from tests.browser.conftest import Visitor
from tests.browser.judges import installed
from tests.browser.states import View

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / ".build" / "pictures"
"""Where the pictures of all views are, and what their pages were."""
SIZES = {"phone": (390, 844), "desktop": (1280, 800)}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
NARROW = 320
"""CSS pixels that a page has to fit in (WCAG 2.2, 1.4.10 Reflow)."""
DOUBLED = {"standard": 32, "fixed": 26}
"""Twice as large as browsers have their text, by the browser's own setting (WCAG 2.2, 1.4.4)."""
USUAL = {"standard": 16, "fixed": 13}


class Validator:
    """html-validate, which stays for many pages: to start it takes longer than to ask it."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [NODE_BIN / "node", "validate.mjs"],
            cwd=installed(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def findings(self, page: str) -> list[str]:
        """Return what is wrong with the HTML of a page."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(page) + "\n")
        self._process.stdin.flush()
        found: list[str] = json.loads(self._process.stdout.readline())
        return found

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._process:
            assert self._process.stdin
            self._process.stdin.close()


class Look:
    """Opens views as one person, and says what is wrong with them.

    :param known: what addresses of views name.
    """

    def __init__(self, visitor: Visitor, validator: Validator, known: Mapping[str, str]) -> None:
        self._visitor = visitor
        self._validator = validator
        self._known = known
        self._browser = visitor.page.context.new_cdp_session(visitor.page)

    def at(self, view: View) -> list[str]:
        """Bring a view into its state, and return what is wrong with it from any side."""
        page = self._visitor.page
        # What the last view asks again and again is not to come to the APIs now.
        page.goto("about:blank")
        page.unroute_all()
        view.answer(page)
        self._resize(*SIZES["desktop"])
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        self._visitor.open(view.at.format_map(self._known))
        self._settle()
        for act in view.acts:
            act(page)
        self._settle()
        if view.who != "visitor":  # the chat comes by itself, later
            page.locator(".corner").wait_for()
        expect(page.get_by_role("dialog")).to_have_count(1 if view.dialog else 0)
        html = page.content()
        self._photograph(view)
        found = [f"html: {finding}" for finding in self._validator.findings(html)]
        found += self._narrow()
        found += self._doubled()
        for text in view.complaints:
            self._visitor.forgive(text)
        found += [f"console: {complaint}" for complaint in self._visitor.complaints]
        self._visitor.complaints = []
        return found

    def _settle(self) -> None:
        page = self._visitor.page
        page.get_by_role("heading", level=1).first.wait_for()
        expect(page.locator("[aria-busy]")).to_have_count(0)

    def _photograph(self, view: View) -> None:
        page = self._visitor.page
        PICTURES.mkdir(parents=True, exist_ok=True)
        for size, (width, height) in SIZES.items():
            self._resize(width, height)
            if not view.dialog:
                # As tall as the page: what stands in a corner then covers nothing of it.
                self._resize(width, page.evaluate("document.documentElement.scrollHeight"))
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                page.screenshot(path=PICTURES / f"{view.name}-{size}-{scheme}.png")

    def _narrow(self) -> list[str]:
        self._resize(NARROW, 640)
        return [*self._axe(f"{NARROW} pixels wide"), *self._too_wide(NARROW)]

    def _doubled(self) -> list[str]:
        width, height = SIZES["desktop"]
        self._resize(width, height)
        self._browser.send("Page.setFontSizes", {"fontSizes": DOUBLED})
        try:
            return [*self._axe("text doubled"), *self._too_wide(width)]
        finally:
            self._browser.send("Page.setFontSizes", {"fontSizes": USUAL})

    def _axe(self, how: str) -> list[str]:
        found = []
        for scheme in SCHEMES:
            self._visitor.page.emulate_media(color_scheme=scheme)
            seen = self._visitor.accessibility_findings()
            found += [f"axe, {scheme}, {how}: {finding}" for finding in seen]
        return found

    def _too_wide(self, width: int) -> list[str]:
        wide: int = self._visitor.page.evaluate("document.documentElement.scrollWidth")
        return [f"{wide} pixels wide where there are {width}"] if wide > width else []

    def _resize(self, width: int, height: int) -> None:
        self._visitor.page.set_viewport_size({"width": width, "height": height})
