"""Somebody who uses the keyboard alone: no pointer, and no script that moves the focus."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visitor

LONGEST = 120
"""How many times Tab is pressed at most: more than any page has stops."""
LOOKS = """element => {
  const PLACES = [[0.5, 0.5], [0.1, 0.1], [0.9, 0.1], [0.1, 0.9], [0.9, 0.9]];
  const ring = (part) => {
    const {outlineStyle, outlineWidth} = getComputedStyle(element, part);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  };
  const {top, bottom, left, width} = element.getBoundingClientRect();
  const [from, to] = [Math.max(top, 0), Math.min(bottom, innerHeight)];
  const mine = (x, y) => {
    const at = document.elementFromPoint(left + width * x, from + (to - from) * y);
    // A message goes by itself, and there may be several.
    return element.contains(at) || at?.contains(element) || at?.closest(".messages");
  };
  return {
    ring: ring() || ring("::after"),  // which a link has that is a whole card
    inSight: from < to,
    // Not wholly behind something (WCAG 2.2, 2.4.11 Focus Not Obscured).
    uncovered: PLACES.some(([x, y]) => Boolean(mine(x, y))),
  };
}"""
"""What a stop looks like."""


SEEN = {"ring": True, "inSight": True, "uncovered": True}


class Typist:
    """Goes by Tab to what is wanted, and sees where the focus is at each stop."""

    def __init__(self, visitor: Visitor) -> None:
        self.page: Page = visitor.page

    def open(self, visitor: Visitor, path: str) -> None:
        """Open an address, as after typing it."""
        visitor.open(path)
        self.page.get_by_role("heading", level=1).first.wait_for()

    def go_to(self, wanted: Locator) -> None:
        """Press Tab until something has the focus; each stop on the way is visible.

        :raises AssertionError: if it cannot be reached, or a stop cannot be seen.
        """
        wanted.wait_for()
        for _ in range(LONGEST):
            self.press("Tab")
            stop = self.page.locator(":focus")
            if stop.count() == 0:
                continue  # between the page's end and its beginning
            looks = stop.evaluate(LOOKS)
            assert looks == SEEN, (looks, stop.evaluate("one => one.outerHTML"))
            if wanted.evaluate("one => one === document.activeElement"):
                return
        raise AssertionError(f"{LONGEST} times Tab do not lead to {wanted}")

    def type(self, label: str | re.Pattern[str], text: str, *, exact: bool = False) -> None:
        """Go to a field and write into it, over what is there."""
        self.go_to(self.page.get_by_label(label, exact=exact))
        self.press("ControlOrMeta+a")
        self.page.keyboard.type(text)

    def press_button(self, name: str | re.Pattern[str], *, key: str = "Enter") -> None:
        """Go to a button and press it."""
        self.go_to(self.page.get_by_role("button", name=name).first)
        self.press(key)

    def follow(self, name: str | re.Pattern[str]) -> None:
        """Go to a link and follow it."""
        self.go_to(self.page.get_by_role("link", name=name).first)
        self.press("Enter")

    def press(self, key: str) -> None:
        """Press a key wherever the focus is."""
        self.page.keyboard.press(key)

    def answer(self, name: str) -> None:
        """Choose an answer of the dialog that has opened, which holds the focus."""
        dialog = self.page.get_by_role("dialog")
        expect(dialog.get_by_role("button").first).to_be_focused()
        self.go_to(dialog.get_by_role("button", name=name))
        self.press("Enter")

    def sign_in(self, email: str, password: str) -> None:
        """Fill in the sign-in form."""
        self.type("E-mail address", email)
        self.type("Password", password, exact=True)
        self.press("Enter")
        self.page.get_by_text("You are signed in.", exact=True).wait_for()
