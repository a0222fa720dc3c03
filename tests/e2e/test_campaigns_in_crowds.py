"""Campaigns to a thousand people, fifty of them at once, and what breaks in the middle of them."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.e2e.campaigning import (
    ENDS,
    Campaign,
    Campaigns,
    kill,
    subscribers,
    unsubscribe,
    until_saved,
)
from tests.e2e.conftest import Tokens, run_tool
from tests.e2e.failure_chains import assert_nothing_waits
from tests.waiting import eventually

Control = Callable[..., None]
AT_ONCE = 50
CLIENTS = 8
PEOPLE = 1000
LEAVE_BEFORE, LEAVE_MEANWHILE = 200, 100
BROKEN = 4
"""Campaigns under way when something breaks, each at another of its steps."""


@pytest.fixture(scope="module")
def campaigns(
    platform: dict[str, Any], config: dict[str, Any], outside: httpx.Client, administrator: Tokens
) -> Iterator[Campaigns]:
    with httpx.Client(base_url=config["apis"]["campaigns"]) as client:
        yield Campaigns(platform, client, outside, administrator)


def mailed(campaigns: Campaigns, campaign: Campaign) -> int:
    return len(campaigns.mails(campaign))


def test_of_a_thousand_people_those_who_have_left_get_nothing_and_the_others_one_mail(
    platform: dict[str, Any], campaigns: Campaigns, control: Control
) -> None:
    with subscribers(platform, PEOPLE) as people:
        first = campaigns.start()
        shown = campaigns.end_of(first)
        assert shown["status"] == "SENT"
        mails = {mail["to"][0]: mail for mail in campaigns.mails(first)}
        assert mails.keys() >= set(people)
        others = len(mails) - PEOPLE

        leavers = people[: LEAVE_BEFORE + LEAVE_MEANWHILE]
        unsubscribe(mails[one] for one in leavers[:LEAVE_BEFORE])
        control(campaigns={"mode": "down"})
        second = campaigns.start()
        campaigns.until(second, lambda one: one["status"] == "SENDING")
        unsubscribe(mails[one] for one in leavers[LEAVE_BEFORE:])
        # Killed in the middle of a batch; the next one knows what this one has done.
        control(campaigns={"mode": "ok", "seconds": 4})
        eventually(lambda: mailed(campaigns, second))
        kill(platform, "blockwork.local.fakes")
        shown = campaigns.end_of(second)

    stayed = PEOPLE - len(leavers)
    assert shown["status"] == "SENT"
    assert set(people) & set(campaigns.addresses(second)) == set(people[len(leavers) :])
    assert shown["mailed"] == stayed + others
    assert shown["notMailed"] == {"UNSUBSCRIBED": LEAVE_MEANWHILE}


def test_fifty_campaigns_at_once_come_to_their_ends(
    platform: dict[str, Any], campaigns: Campaigns
) -> None:
    with subscribers(platform, 3) as people, ThreadPoolExecutor(CLIENTS) as pool:
        started = list(pool.map(lambda _: campaigns.start(), range(AT_ONCE)))

        def how_they_stand() -> list[tuple[str, int]]:
            shown = campaigns.see_all()
            mine = [shown[one["campaignId"]] for one in started]
            return [(one["status"], one["mailed"]) for one in mine]

        eventually(how_they_stand, until=lambda all_: all(status in ENDS for status, _ in all_))
        for campaign in started:
            shown = campaigns.end_of(campaign)
            assert (shown["status"], shown["mailed"]) == ("SENT", shown["recipients"])
            assert set(people) <= set(campaigns.addresses(campaign))


@pytest.mark.parametrize("how", ["stopped", "killed"])
def test_an_emulator_that_goes_and_comes_back_loses_no_campaign(
    platform: dict[str, Any], campaigns: Campaigns, control: Control, how: str
) -> None:
    with subscribers(platform, 3) as people:
        control(campaigns={"mode": "ok", "seconds": 6})
        first = campaigns.start()
        eventually(lambda: mailed(campaigns, first))  # it waits, and has hours of patience
        started = [first, *(campaigns.start() for _ in range(BROKEN - 1))]
        if how == "stopped":
            assert run_tool(platform, "local", "down").returncode == 0
            assert run_tool(platform, "local", "up").returncode == 0
        else:
            until_saved(platform)
            kill(platform, "blockwork.local.emulator")

        for campaign in started:
            shown = campaigns.end_of(campaign)
            assert (shown["status"], shown["mailed"]) == ("SENT", shown["recipients"])
            assert set(people) <= set(campaigns.addresses(campaign))


def test_nothing_of_all_this_has_failed_for_good(platform: dict[str, Any]) -> None:
    assert_nothing_waits(platform, "campaigns")
