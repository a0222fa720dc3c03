"""The views of meter readings, as `views` has all others."""

from playwright.sync_api import Page

from tests.browser.reading_samples import (
    AN_IMPORT,
    EACH_IMPORT,
    IMPORTED,
    IMPORTING,
    IMPORTS,
    METERS,
    OWN_METERS,
    READINGS,
    REJECTED,
    REJECTS,
    UNREADABLE,
    YEAR,
)
from tests.browser.samples import LONG
from tests.browser.states import administrator, customer, press


def send_an_empty_file(page: Page) -> None:
    """Choose a file that has nothing in it."""
    page.locator("input[type=file]").set_input_files(
        {"name": f"{LONG}.csv", "mimeType": "text/csv", "buffer": b""}
    )
    page.get_by_text("is empty").wait_for()


def open_the_table(page: Page) -> None:
    """Open the numbers of a chart."""
    page.get_by_text("All numbers, as a table").click()


READING_VIEWS = (
    customer(
        "readings",
        "/readings",
        answers={METERS: {"meters": OWN_METERS}, IMPORTS: {"imports": EACH_IMPORT}},
    ),
    customer("readings-none", "/readings", send_an_empty_file),
    customer(
        "readings-file",
        "/readings/files/:importId",
        at="/readings/files/i1",
        answers={AN_IMPORT: IMPORTED, REJECTS: REJECTED},
    ),
    customer(
        "readings-file-importing",
        "/readings/files/:importId",
        at="/readings/files/i1",
        answers={AN_IMPORT: IMPORTING},
    ),
    customer(
        "readings-file-failed",
        "/readings/files/:importId",
        at="/readings/files/i1",
        answers={AN_IMPORT: UNREADABLE},
    ),
    *(
        customer(
            f"meter-{span}",
            "/meters/:meterId",
            open_the_table,
            at=f"/meters/heat-pump?span={span}&date=2026-03-29",
            answers={METERS: {"meters": OWN_METERS}, READINGS: {"readings": YEAR}},
        )
        for span in ("day", "month", "year")
    ),
    customer(
        "meter-nothing",
        "/meters/:meterId",
        at="/meters/heat-pump?version=24",
        answers={METERS: {"meters": OWN_METERS}, READINGS: {"readings": []}},
    ),
    customer(
        "meter-unknown",
        "/meters/:meterId",
        at="/meters/nobodys",
        answers={READINGS: 404},
        complaints=["status of 404"],
    ),
)
REGISTERING = administrator("meter-register", "/register-meter", press("Register a meter"))
