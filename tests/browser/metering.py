"""A meter of somebody's own, files of what it counted, and how a browser hands them over."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from playwright.sync_api import Page

from tests.browser.conftest import letting_events_in
from tests.e2e.conftest import sign_in
from tests.waiting import eventually

User = dict[str, Any]
HEADER = "meterId,readAt,kwh,version"
FIRST = datetime(2026, 3, 29, tzinfo=UTC)
"""Midnight of a day in London that has 46 half hours."""
DROP = """([name, text]) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([text], name, {type: "text/csv"}));
  for (const kind of ["dragover", "drop"]) {
    const event = new DragEvent(kind, {dataTransfer, bubbles: true, cancelable: true});
    document.querySelector("main h1").dispatchEvent(event);
  }
}"""


def register(platform: User, meter_id: str, user_id: str) -> None:
    """Say whose meter one is, as an administrator."""
    config = httpx.get(platform["configUrl"]).json()
    token = sign_in(platform, config, "administrators").id_token
    answer = httpx.put(
        f"{config['apis']['readings']}/meters/{meter_id}",
        json={"userId": user_id},
        headers={"authorization": f"Bearer {token}"},
    )
    answer.raise_for_status()


def new_meter() -> str:
    return f"m-{uuid.uuid4().hex[:8]}"


def rows(meter_id: str, count: int = 46, kwh: str = "0.250") -> list[str]:
    """Return rows of half hours one after the other, the first days of a summer time."""
    return [
        f"{meter_id},{FIRST + number * timedelta(minutes=30):%Y-%m-%dT%H:%MZ},{kwh},1"
        for number in range(count)
    ]


def file_of(lines: Sequence[str]) -> str:
    return "\n".join([HEADER, *lines, ""])


def drop(page: Page, name: str, text: str) -> None:
    """Let a file fall onto the page, anywhere in it."""
    page.evaluate(DROP, [name, text])


def wait_until_listed(page: Page, name: str, words: str) -> None:
    """Wait until the list of files says by itself what has become of the newest of a name."""
    row = page.get_by_role("listitem").filter(has=page.get_by_role("link", name=name)).first
    row.wait_for()
    eventually(
        lambda: row.inner_text(),
        until=lambda said: words in said,
        pause=letting_events_in(page),
    )
