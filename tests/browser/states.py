"""A view of the website in one state, and what brings it there."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

from playwright.sync_api import Page, Route

from tests.e2e.conftest import new_address

Who = Literal["visitor", "customer", "administrator"]
Act = Callable[[Page], object]
Answer = dict[str, Any] | list[dict[str, str]] | str | int
"""What an API answers: its content, the text of a file, or the status of a failure."""

ELSEWHERE = "elsewhere"
"""Stands for a route where none fits."""


@dataclass(frozen=True, kw_only=True)
class View:
    """A view in one state.

    :param name: of its pictures.
    :param route: as `site/src/main.tsx` or `routes.tsx` has it, or `ELSEWHERE`.
    :param acts: what is done, one after the other, until the state is there.
    :param who: looks at it.
    :param at: the address; what is in braces is what `Look` knows by this name.
    :param answers: what APIs answer instead, by a pattern of the address.
    :param dialog: the source under `site/src` whose dialog is open. Default: none is.
    :param complaints: texts of what the browser says of such a state. Default: it says nothing.
    :param listed: whether search engines may list it.
    """

    name: str
    route: str
    acts: Sequence[Act]
    who: Who
    at: str
    answers: Mapping[str, Answer] = field(default_factory=dict)
    dialog: str = ""
    complaints: Sequence[str] = ()
    listed: bool = True

    def __str__(self) -> str:
        return self.name

    def answer(self, page: Page) -> None:
        """Let the APIs answer as this state needs it."""
        for pattern, content in self.answers.items():
            page.route(re.compile(pattern), _answering(content))


def _view(who: Who, name: str, route: str, /, *acts: Act, at: str = "", **other: Any) -> View:
    return View(name=name, route=route, acts=acts, who=who, at=at or route, **other)


visitor = partial(_view, "visitor")
customer = partial(_view, "customer")
administrator = partial(_view, "administrator")


def press(name: str) -> Act:
    """Press the first button of this name in the page's main part."""
    return lambda page: page.get_by_role("main").get_by_role("button", name=name).first.click()


def agree(name: str) -> Act:
    """Press a button of the dialog that is open."""
    return lambda page: page.get_by_role("dialog").get_by_role("button", name=name).click()


def fill(**values: str) -> Act:
    """Type into fields by their `name`; `{new}` becomes an address that nobody has."""

    def act(page: Page) -> None:
        for name, value in values.items():
            field = page.locator(f".control > [name='{name}']")
            field.fill(value.replace("{new}", new_address()))

    return act


def wait_for(text: str | re.Pattern[str]) -> Act:
    """Wait until a text is there."""
    return lambda page: page.get_by_text(text).first.wait_for()


def _answering(content: Answer) -> Callable[[Route], None]:
    status = content if isinstance(content, int) else 200
    body = (
        {"title": "No", "correlationId": "a-reference", "status": status, "detail": "no"}
        if status != 200
        else content
    )

    def answer(route: Route) -> None:
        route.fulfill(
            status=status,
            body=body if isinstance(body, str) else json.dumps(body),
            content_type="application/json",
            headers={"access-control-allow-origin": "*"},
        )

    return answer
