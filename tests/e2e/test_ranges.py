"""Ranges of a file that come more than once, or that nobody can work on for a while."""

from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import NewAccount, Tokens, run_tool
from tests.e2e.failure_chains import assert_nothing_waits, configured, redrive_all, waiting
from tests.e2e.test_alarms import told
from tests.e2e.uploading import (
    Uploader,
    deliver,
    file_of,
    half_hours,
    new_uploader,
    ranges_of,
    rejects_of,
    worked_off,
)
from tests.waiting import eventually

STACK = "Local-Readings"
ROWS = 200


@pytest.fixture
def uploader(
    config: dict[str, Any],
    readings: httpx.Client,
    new_account: NewAccount,
    administrator: Tokens,
) -> Uploader:
    """Return somebody whose one meter is called as they are."""
    somebody = new_uploader(config, readings, new_account)
    somebody.register(somebody.user_id, by=administrator)
    return somebody


def assert_all_is_there(uploader: Uploader, import_id: str, *, bad: int) -> None:
    """Expect every row in one place, and the sum of what was sent."""
    done = uploader.shown(import_id)
    assert (done["status"], done["accepted"], done["rejected"]) == ("IMPORTED", ROWS, bad)
    assert len(rejects_of(done)) == bad
    stored = [Decimal(reading["kwh"]) for reading in uploader.stored(uploader.user_id)]
    assert (len(stored), sum(stored)) == (ROWS, Decimal(sum(range(ROWS))) / 1000)


def test_a_range_that_is_delivered_again_while_and_after_it_is_worked_on_counts_once(
    platform: dict[str, Any], uploader: Uploader
) -> None:
    content = file_of([*half_hours(uploader.user_id, ROWS), "bad"])
    import_id = uploader.upload(content)
    deliver(platform, uploader, import_id, ranges_of(content), times=3)

    uploader.ended(import_id)
    assert_all_is_there(uploader, import_id, bad=1)

    worked_off(platform)
    deliver(platform, uploader, import_id, ranges_of(content), times=2)
    worked_off(platform)
    assert_all_is_there(uploader, import_id, bad=1)
    assert_nothing_waits(platform, "readings")


def test_a_range_that_nobody_can_work_on_is_told_and_goes_on_once_it_is_mended(
    platform: dict[str, Any], outside: httpx.Client, uploader: Uploader
) -> None:
    alarm = f"{STACK}-FailuresAlarm"
    before = len(told(outside, alarm))
    assert_nothing_waits(platform, "readings")
    broken = {"READINGS_TABLE": "a-table-that-is-not-there", "PATIENCE_SECONDS": "0"}
    with configured(platform, STACK, "ImportRange", **broken):
        import_id = uploader.upload(
            file_of([*half_hours(uploader.user_id, ROWS), "bad", "worse,1,2,3"])
        )
        eventually(lambda: waiting(platform, STACK))
        assert uploader.shown(import_id)["status"] == "IMPORTING"
        assert eventually(
            lambda: "ALARM" in {one["NewStateValue"] for one in told(outside, alarm)[before:]}
        )
        shown = run_tool(platform, "failures", "show", "readings").stdout
        assert import_id in shown
        assert "ImportRange" in shown

    redrive_all(platform, "readings")
    uploader.ended(import_id)
    assert_all_is_there(uploader, import_id, bad=2)
    assert_nothing_waits(platform, "readings")
