"""Every view has no finding of axe and the validator, and fits; see `views`."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Visitor
from tests.browser.looking import ROOT, Look, Validator
from tests.browser.states import ELSEWHERE, View, Who
from tests.browser.views import VIEWS
from tests.e2e.conftest import aws, make_account

SOURCES = ROOT / "site" / "src"
ROUTE = re.compile(
    r'^ +(?:"(/[^"]*)"|\[paths\.(\w+)\]): |pattern: (?:"(/[^"]*)"|paths\.(\w+))', re.MULTILINE
)


def routes() -> set[str]:
    """Return the patterns of all routes that the app has."""
    places = dict(re.findall(r'^  (\w+): "(/[^"]*)"', (SOURCES / "places.ts").read_text(), re.M))
    sources = [(SOURCES / name).read_text() for name in ("main.tsx", "routes.tsx")]
    found = [each for source in sources for each in ROUTE.findall(source)]
    return {one or other or places[name or also] for one, name, other, also in found}


def test_every_route_is_looked_at() -> None:
    assert len(routes()) >= 16, "where are the routes now? Say it in `routes`"
    assert routes() - {view.route for view in VIEWS} == set()
    assert {view.route for view in VIEWS} - routes() == {ELSEWHERE}


def test_every_dialog_is_looked_at() -> None:
    asking = {
        str(file.relative_to(SOURCES))
        for file in SOURCES.rglob("*.tsx")
        if re.search(r"useConfirm\(\)|<dialog", file.read_text())
    }
    assert asking - {view.dialog for view in VIEWS} == {"ui/confirm.tsx"}


def test_every_view_has_pictures_of_its_own() -> None:
    names = [view.name for view in VIEWS]
    assert sorted(set(names)) == sorted(names)


@pytest.fixture(scope="module")
def look(
    chromium: Browser, platform: dict[str, Any], known: dict[str, str]
) -> Iterator[Callable[[View], list[str]]]:
    """Return what looks at a view, as who looks at it: each signs in once."""
    config = httpx.get(platform["configUrl"]).json()
    pool, pool_id = aws(platform, "cognito-idp"), config["userPoolId"]
    with ExitStack() as end:
        validator = end.enter_context(Validator())
        looks: dict[Who, Look] = {}

        def person(who: Who) -> Look:
            if who not in looks:
                context = chromium.new_context(locale="en-GB")
                end.callback(context.close)
                visitor = Visitor(context.new_page(), platform["siteUrl"])
                looks[who] = Look(visitor, validator, known)
                if who != "visitor":
                    account = make_account(pool, pool_id, f"{who}s")
                    end.callback(pool.admin_delete_user, UserPoolId=pool_id, Username=account.email)
                    visitor.open("/sign-in")
                    visitor.sign_in({"email": account.email, "password": account.password})
            return looks[who]

        yield lambda view: person(view.who).at(view)


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_no_view_has_a_finding(look: Callable[[View], list[str]], view: View) -> None:
    found = look(view)
    assert found == [], "\n".join(found)
