"""What Lighthouse says of every public view, of all that says the same on every machine.

How quick they are is measured by `python -m tests.browser.bench`.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import FLAGS, program
from tests.browser.lighthouse import DETERMINISTIC, Lighthouse
from tests.browser.states import View
from tests.browser.views import VISITORS, public_views


@pytest.fixture(scope="module")
def lighthouse(chromium: Browser) -> Iterator[Lighthouse]:
    """Return Lighthouse, where there is a browser."""
    with Lighthouse(program(), FLAGS) as started:
        yield started


@pytest.mark.parametrize("view", public_views(), ids=str)
def test_a_public_view_has_every_point(
    lighthouse: Lighthouse, platform: dict[str, Any], known: dict[str, str], view: View
) -> None:
    categories = [name for name in DETERMINISTIC if view.listed or name != "seo"]
    url = urljoin(platform["siteUrl"], view.at.format_map(known))

    scores, failed = lighthouse.scores(url, categories)

    assert scores == dict.fromkeys(categories, 1), failed


def test_the_status_loses_points_only_for_what_the_browser_says_of_refusals(
    lighthouse: Lighthouse, platform: dict[str, Any]
) -> None:
    (view,) = (view for view in VISITORS if view.name == "status")

    scores, failed = lighthouse.scores(urljoin(platform["siteUrl"], view.at), DETERMINISTIC)

    # A service that answers only its members refuses a visitor's question: so it is there.
    assert {name for name, score in scores.items() if score != 1} == {"best-practices"}
    assert [audit.partition(":")[0] for audit in failed] == ["errors-in-console"]
