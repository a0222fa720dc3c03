"""Campaigns from their beginning to each of their ends, whatever their provider says and when."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.e2e.accounts import tap
from tests.e2e.campaigning import (
    Campaign,
    Campaigns,
    Control,
    link_of,
    sending,
    subscribers,
    unsubscribe,
)
from tests.e2e.conftest import NewAccount, Tokens, aws, bearer, sign_in_by_srp
from tests.e2e.failure_chains import assert_nothing_waits
from tests.waiting import eventually, settled

READERS = 3


@pytest.fixture(scope="module")
def campaigns(
    platform: dict[str, Any], config: dict[str, Any], outside: httpx.Client, administrator: Tokens
) -> Iterator[Campaigns]:
    with httpx.Client(base_url=config["apis"]["campaigns"]) as client:
        yield Campaigns(platform, client, outside, administrator)


@pytest.fixture(scope="module")
def readers(platform: dict[str, Any]) -> Iterator[list[str]]:
    with subscribers(platform, READERS) as addresses:
        yield addresses


def events_about(heard: Any, campaign: Campaign) -> list[dict[str, Any]]:
    """Wait for what the bus says of a campaign, and a moment for more."""
    found: list[dict[str, Any]] = []

    def look() -> int:
        for event in heard.events(1):
            if event["detail"]["data"].get("campaignId") == campaign["campaignId"]:
                found.append(event)
        return len(found)

    eventually(look)
    settled(look)
    return found


@pytest.mark.parametrize(
    "mode",
    [
        {"mode": "ok"},
        {"mode": "early"},  # called back before the execution waits
        {"mode": "twice"},
        {"mode": "pending"},
        {"mode": "silent"},  # never: the status is polled
        {"mode": "fail", "times": 2},  # goes on after each
    ],
    ids=lambda mode: mode["mode"],
)
def test_everybody_who_wants_the_newsletter_gets_the_mail_once(
    campaigns: Campaigns, control: Control, readers: list[str], mode: dict[str, Any]
) -> None:
    control(campaigns=mode)
    campaign = campaigns.start()

    shown = campaigns.end_of(campaign)

    assert shown["status"] == "SENT"
    assert (shown["mailed"], shown["notMailed"]) == (shown["recipients"], {})
    assert set(readers) <= set(campaigns.addresses(campaign))


def test_a_campaign_that_is_sent_is_told_to_others(
    platform: dict[str, Any], campaigns: Campaigns, readers: list[str]
) -> None:
    with tap(platform, "CampaignSent", "CampaignFailed") as heard:
        campaign = campaigns.start()
        campaigns.end_of(campaign)

        (event,) = events_about(heard, campaign)
    assert (event["source"], event["detail-type"]) == ("blockwork.campaigns", "CampaignSent")


def test_a_provider_that_fails_again_and_again_fails_the_campaign(
    platform: dict[str, Any], campaigns: Campaigns, control: Control, readers: list[str]
) -> None:
    with tap(platform, "CampaignSent", "CampaignFailed") as heard:
        control(campaigns={"mode": "fail"})
        campaign = campaigns.start()
        shown = campaigns.end_of(campaign)

        (event,) = events_about(heard, campaign)
    assert shown["status"] == "FAILED"
    assert shown["reason"] == "the provider has failed 4 times"
    assert set(shown["notMailed"]) <= {"FAILED"}
    assert event["detail-type"] == "CampaignFailed"
    assert event["detail"]["data"]["reason"] == shown["reason"]


def test_the_same_key_starts_one_campaign(campaigns: Campaigns, readers: list[str]) -> None:
    subject, key = uuid.uuid4().hex, uuid.uuid4().hex
    first = campaigns.start(subject, key)
    again = campaigns.start(subject, key)
    other = campaigns.ask(
        "POST",
        "/campaigns",
        json={"subject": subject, "text": "Another."},
        headers={"Idempotency-Key": key},
    )

    assert again["campaignId"] == first["campaignId"]
    assert other.status_code == 422
    campaigns.end_of(first)


def test_campaigns_are_listed_newest_first_page_by_page(
    campaigns: Campaigns, readers: list[str]
) -> None:
    started = [campaigns.start() for _ in range(3)]
    first = campaigns.ask("GET", "/campaigns", params={"limit": 2}).json()
    second = campaigns.ask(
        "GET", "/campaigns", params={"limit": 2, "nextToken": first["nextToken"]}
    ).json()

    shown = [one["campaignId"] for one in (*first["campaigns"], *second["campaigns"])]
    assert shown[:3] == [one["campaignId"] for one in reversed(started)]
    for one in started:
        campaigns.end_of(one)


@pytest.mark.parametrize("when", ["before", "while sending"])
def test_a_cancelled_campaign_mails_nobody_any_more(
    campaigns: Campaigns, control: Control, readers: list[str], when: str
) -> None:
    if when == "before":
        control(campaigns={"mode": "down"})
        campaign = campaigns.start()
    else:
        campaign = sending(campaigns, control)
    answer = campaigns.cancel(campaign)

    assert answer.status_code == 202
    assert answer.json()["campaignId"] == campaign["campaignId"]
    control(campaigns={"mode": "ok"})
    shown = campaigns.end_of(campaign)
    assert shown["status"] == "CANCELLED"
    assert shown["mailed"] == 0
    assert set(shown["notMailed"]) <= {"CANCELLED"}
    assert campaigns.cancel(campaign).status_code == 202
    settled(lambda: campaigns.addresses(campaign))
    assert campaigns.addresses(campaign) == []


def test_what_was_mailed_before_a_campaign_is_cancelled_counts(
    campaigns: Campaigns, control: Control, readers: list[str]
) -> None:
    control(campaigns={"mode": "fail", "times": 1})  # having mailed some of them
    campaign = campaigns.start()
    eventually(lambda: campaigns.addresses(campaign))
    campaigns.cancel(campaign)

    shown = campaigns.end_of(campaign)
    assert shown["mailed"] >= 1


def test_a_campaign_that_is_sent_cannot_be_cancelled(
    campaigns: Campaigns, readers: list[str]
) -> None:
    campaign = campaigns.start()
    shown = campaigns.end_of(campaign)

    answer = campaigns.cancel(campaign)
    assert (answer.status_code, answer.json()["status"]) == (409, 409)
    assert campaigns.see(campaign) == shown


def test_who_unsubscribes_by_the_link_of_a_mail_gets_no_next_one(
    config: dict[str, Any],
    campaigns: Campaigns,
    identity: httpx.Client,
    new_account: NewAccount,
) -> None:
    account = new_account("customers")
    tokens = sign_in_by_srp(config, account.email, account.password)
    wish = {"displayName": "Ada", "newsletter": True}
    identity.put("/me", json=wish, headers=bearer(tokens.id_token)).raise_for_status()

    def mail_of_a_new_campaign() -> list[dict[str, Any]]:
        """The index knows a moment later; so does the next campaign."""
        campaign = campaigns.start()
        campaigns.end_of(campaign)
        return [mail for mail in campaigns.mails(campaign) if account.email in mail["to"]]

    (mail,) = eventually(mail_of_a_new_campaign)
    page = httpx.get(link_of(mail))
    assert page.status_code == 200
    assert identity.get("/me", headers=bearer(tokens.id_token)).json()["newsletter"] is True
    unsubscribe([mail])

    assert identity.get("/me", headers=bearer(tokens.id_token)).json()["newsletter"] is False
    assert mail_of_a_new_campaign() == []


def test_no_address_is_in_what_is_logged_or_kept(
    platform: dict[str, Any], campaigns: Campaigns, readers: list[str]
) -> None:
    campaign = campaigns.start()
    campaigns.end_of(campaign)
    executions = aws(platform, "stepfunctions")
    (machine,) = (
        one["stateMachineArn"]
        for one in executions.list_state_machines()["stateMachines"]
        if "Campaigns" in one["name"] or "Workflow" in one["name"]
    )
    arn = machine.replace(":stateMachine:", ":execution:") + f":{campaign['campaignId']}"
    history = json.dumps(executions.get_execution_history(executionArn=arn), default=str)

    assert campaign["campaignId"] in history
    assert "@" not in history


def test_nothing_of_all_this_has_failed_unforeseen(platform: dict[str, Any]) -> None:
    assert_nothing_waits(platform, "campaigns")
