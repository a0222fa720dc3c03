"""Somebody brings a file of meter readings, sees what became of its rows, and looks at a meter."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, Route, expect
from shared.events import ImportProgressed

from blockwork.runtime.envelope import Envelope
from tests.browser.channel import Channel
from tests.browser.conftest import Visit, letting_events_in
from tests.browser.metering import drop, file_of, new_meter, register, rows, wait_until_listed
from tests.browser.reading_samples import AN_IMPORT, IMPORTING
from tests.browser.typist import Typist
from tests.e2e.conftest import aws, outputs
from tests.waiting import eventually

User = dict[str, Any]
MakeUser = Callable[[], User]
BEGIN = re.compile(r"\$default/imports$")
STORAGE = re.compile(r"^http://[^/]*/(?!_aws/)[^$]*$")
DAY = "span=day&date=2026-03-29"
NEVER_AGAIN = """
const stock = window.setInterval;
window.setInterval = (act, ms, ...more) => (ms < 10_000 ? stock(act, ms, ...more) : 0);
"""
"""A page asks by itself only where nobody tells it: less than 10 s after it has asked before."""


@pytest.fixture
def owner(platform: User, new_user: MakeUser) -> User:
    """Return a customer with a meter."""
    user = new_user()
    meter_id = new_meter()
    register(platform, meter_id, user["user_id"])
    return {**user, "meter": meter_id}


def at_readings(visit: Visit, user: User, **window: Any) -> tuple[Any, Page]:
    """Sign in and open the page where files are dropped."""
    visitor = visit(**window)
    visitor.open("/sign-in?next=/readings")
    visitor.sign_in(user)
    expect(visitor.page.get_by_role("heading", name="Upload readings")).to_be_visible()
    return visitor, visitor.page


def is_upload(route: Route) -> bool:
    request = route.request
    return request.method == "POST" and "multipart/form-data" in request.headers.get(
        "content-type", ""
    )


def once(page: Page, act: Callable[[Route], None]) -> None:
    """Let something happen to the next file on its way to storage, and to no other request."""
    done: list[bool] = []

    def look(route: Route) -> None:
        if done or not is_upload(route):
            route.fallback()
            return
        done.append(True)
        act(route)

    page.route(STORAGE, look)


def test_a_file_is_dropped_followed_and_its_three_bad_rows_are_told_with_their_reasons(
    visit: Visit, owner: User
) -> None:
    _, page = at_readings(visit, owner)
    meter = owner["meter"]
    good = rows(meter)
    bad = [
        f'{meter},2026-03-29T10:00:00Z,"1,5",1',
        f"{meter},2026-03-29T10:00:00,1.5,1",
        "nobodys-meter,2026-03-29T10:00:00Z,1.5,1",
    ]
    held: list[Route] = []
    once(page, held.append)

    drop(page, "march.csv", file_of([*good, *bad]))

    sending = page.get_by_role("region", name="On their way")
    expect(sending.get_by_role("progressbar", name="march.csv")).to_be_visible()
    eventually(lambda: len(held), until=bool, pause=letting_events_in(page))
    expect(sending).to_contain_text(re.compile(r"of [\d.]+ kB sent"))
    held[0].continue_()
    wait_until_listed(page, "march.csv", "46 rows accepted, 3 rejected")
    expect(sending).to_have_count(0)

    page.get_by_role("link", name="march.csv").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("march.csv")
    rejected = page.get_by_role("region", name="Rejected rows").get_by_role("listitem")
    expect(rejected).to_have_count(3)
    for item, line, reason in zip(
        rejected.all(),
        ("48", "49", "50"),
        ("kwh must", "readAt must", "nobodys-meter"),
        strict=True,
    ):
        expect(item).to_contain_text(f"Line {line}")
        expect(item).to_contain_text(reason)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download all rejected rows").click()
    saved = download.value.path().read_text(encoding="utf-8").splitlines()
    assert (saved[0], len(saved)) == ("line,reason,row", 4)

    page.get_by_role("link", name="All readings").click()
    page.get_by_role("link", name=meter).click()
    page.get_by_role("button", name="Day", exact=True).click()
    page.get_by_label("Date").fill("2026-03-29")
    chart = page.get_by_role("img", name=re.compile("29 March 2026, 11.500 kWh in all"))
    expect(chart.locator(".bar-known")).to_have_count(46)
    expect(page.get_by_text("46 of 46 half hours")).to_be_visible()
    page.get_by_role("button", name="Year", exact=True).click()
    expect(page.get_by_text("46 of 17,520 half hours")).to_be_visible()


def test_that_an_import_has_come_further_is_told_to_the_page_that_does_not_ask(
    visit: Visit, owner: User, platform: User
) -> None:
    visitor = visit()
    page = visitor.page
    page.add_init_script(NEVER_AGAIN)
    shown = {**IMPORTING, "accepted": 100}
    headers = {"access-control-allow-origin": platform["siteUrl"]}
    page.route(re.compile(AN_IMPORT), lambda route: route.fulfill(json={**shown}, headers=headers))
    channel = Channel(page)
    visitor.open("/sign-in?next=/readings/files/i1")
    visitor.sign_in(owner)
    expect(page.get_by_text("100 rows accepted")).to_be_visible()
    channel.wait_until_open()

    shown["accepted"] = 200
    progressed = ImportProgressed(import_id="i1", user_id=owner["user_id"])
    answer = aws(platform, "events").put_events(
        Entries=[
            {
                "EventBusName": outputs(platform, "Local-Foundation")["EventBusName"],
                "Source": progressed.SOURCE,
                "DetailType": type(progressed).__name__,
                "Detail": Envelope.of(progressed, correlation_id="c1").to_detail().decode(),
            }
        ]
    )
    assert answer["FailedEntryCount"] == 0

    expect(page.get_by_text("200 rows accepted")).to_be_visible()
    assert channel.told() == ["ImportProgressed"]


def test_by_the_keyboard_alone_a_file_is_chosen_and_a_meter_looked_at(
    visit: Visit, owner: User
) -> None:
    visitor, page = at_readings(visit, owner, width=320, height=640)
    me = Typist(visitor)
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    choose = page.get_by_role("button", name="Choose a file")
    me.go_to(choose)
    with page.expect_file_chooser() as chooser:
        me.press("Enter")
    text = file_of(rows(owner["meter"]))
    file: FilePayload = {"name": "keys.csv", "mimeType": "text/csv", "buffer": text.encode()}
    chooser.value.set_files(file)
    wait_until_listed(page, "keys.csv", "46 rows accepted, none rejected")
    expect(choose).to_be_focused()

    me.follow("keys.csv")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(page.get_by_text("Imported", exact=True)).to_be_visible()
    me.follow("All readings")
    me.follow(owner["meter"])
    page.goto(f"{page.url.partition('?')[0]}?{DAY}")
    me.press_button("Month")
    expect(page.get_by_role("heading", name="March 2026", exact=True)).to_be_visible()
    me.go_to(page.get_by_text("All numbers, as a table"))
    me.press("Enter")
    me.press_button("Look at Sun 29 March")
    expect(page.get_by_role("heading", name=re.compile("Sunday,? 29 March 2026"))).to_be_visible()
    me.press_button(re.compile("Later"))
    expect(page.get_by_role("heading", name="No readings")).to_be_visible()
    me.press_button(re.compile("Earlier"))
    expect(page.get_by_text("46 of 46 half hours")).to_be_visible()


def test_an_upload_that_storage_refuses_is_told_and_can_be_tried_again(
    visit: Visit, owner: User
) -> None:
    visitor, page = at_readings(visit, owner)
    # The API offers a place for less than what comes.
    page.route(
        BEGIN,
        lambda route: route.continue_(post_data='{"filename":"large.csv","size":1}'),
        times=1,
    )
    drop(page, "large.csv", file_of(rows(owner["meter"])))
    alert = page.get_by_role("alert").filter(has_text="large.csv was not taken")
    expect(alert).to_contain_text("it is larger than it was when you chose it")
    visitor.forgive("status of 400")

    page.get_by_role("button", name="Try again").click()
    wait_until_listed(page, "large.csv", "46 rows accepted, none rejected")


def test_an_upload_whose_connection_breaks_is_tried_again_and_counted_once(
    visit: Visit, owner: User
) -> None:
    visitor, page = at_readings(visit, owner)
    once(page, lambda route: route.abort())
    drop(page, "broken.csv", file_of(rows(owner["meter"])))
    expect(page.get_by_role("alert").filter(has_text="The connection broke")).to_be_visible()
    visitor.forgive("net::ERR_FAILED")

    page.get_by_role("button", name="Try again").click()
    wait_until_listed(page, "broken.csv", "46 rows accepted, none rejected")
    expect(page.get_by_role("link", name="broken.csv")).to_have_count(1)


def test_a_file_that_cannot_be_read_is_said_to_be_so_with_the_reason(
    visit: Visit, owner: User
) -> None:
    _, page = at_readings(visit, owner)
    drop(page, "letter.csv", "Dear all,\nhere are my readings.\n")
    wait_until_listed(page, "letter.csv", "Not readable")
    page.get_by_role("link", name="letter.csv").click()
    expect(page.get_by_text("No row was taken:")).to_contain_text("meterId")


def test_empty_files_and_what_is_no_file_are_never_sent(visit: Visit, owner: User) -> None:
    _, page = at_readings(visit, owner)
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.method) if BEGIN.search(one.url) else None)
    drop(page, "empty.csv", "")
    expect(page.get_by_role("alert").filter(has_text="empty.csv is empty")).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    page.get_by_role("button", name="Forget it").click()
    expect(page.get_by_role("region", name="On their way")).to_have_count(0)
    assert "POST" not in asked


def test_an_administrator_registers_a_meter_and_its_owner_finds_it(
    visit: Visit, administrator: User, new_user: MakeUser
) -> None:
    user, meter = new_user(), new_meter()
    admin = visit()
    admin.open(f"/sign-in?next=/register-meter?user={user['user_id']}")
    admin.sign_in(administrator)
    page = admin.page
    expect(page.get_by_text(f"This is {user['email']}.")).to_be_visible()
    page.get_by_role("button", name="Register a meter").click()
    summary = page.get_by_role("group", name="Please check this")
    expect(summary).to_contain_text("Enter the meter")
    page.get_by_label("Meter", exact=True).fill(meter)
    page.get_by_role("button", name="Register a meter").click()
    expect(page.get_by_text(f"Meter {meter} is registered.")).to_be_visible()

    _, owners = at_readings(visit, user)
    expect(owners.get_by_role("link", name=meter)).to_be_visible()
    stranger, others = at_readings(visit, new_user())
    expect(others.get_by_role("heading", name="No meters yet")).to_be_visible()
    others.goto(others.url.replace("/readings", f"/meters/{meter}"))
    expect(others.get_by_role("heading", level=1)).to_have_text("We could not find this meter")
    stranger.forgive("status of 404")
