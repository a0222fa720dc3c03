"""Campaigns from their beginning to each of their ends, whatever their provider says and when."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from blockwork.runtime.webhooks import sign
from tests.e2e.accounts import tap
from tests.e2e.campaigning import (
    ENDS,
    WEBHOOK_KEYS,
    Campaign,
    Campaigns,
    link_of,
    start_afresh,
    subscribers,
    unsubscribe,
)
from tests.e2e.conftest import NewAccount, Tokens, aws, bearer, sign_in_by_srp
from tests.e2e.failure_chains import assert_nothing_waits
from tests.waiting import eventually, settled

Control = Callable[..., None]
READERS = 3
HELD = 600.0
"""Seconds for which a provider is at it that shall not come to an end."""


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


def sending(campaigns: Campaigns, control: Control, **behaviour: object) -> Campaign:
    """Start a campaign, and wait until its provider is at it."""
    control(campaigns={"mode": "ok", "seconds": HELD, **behaviour})
    campaign = campaigns.start()
    eventually(lambda: campaigns.provider_id(campaign))
    eventually(lambda: provider_view(campaigns, campaign), until=lambda one: one != "ready")
    return campaign


def provider_view(campaigns: Campaigns, campaign: Campaign) -> str:
    """Return the campaign's status at its provider."""
    parameter = aws(campaigns.platform, "ssm").get_parameter(
        Name="/blockwork/local/campaigns/provider-key", WithDecryption=True
    )
    answer = campaigns.outside.get(
        f"/campaigns/{campaigns.provider_id(campaign)}",
        headers=bearer(parameter["Parameter"]["Value"]),
    )
    return str(answer.json()["status"])


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


def test_callbacks_that_are_not_signed_as_they_must_be_change_nothing(
    campaigns: Campaigns, control: Control, readers: list[str]
) -> None:
    campaign = sending(campaigns, control)
    body = campaigns.said(campaign, mailed=1)
    now = time.time()

    assert campaigns.call_back(body, key="a-wrong-key-of-somebody").status_code == 401
    assert campaigns.call_back(body, at=now - 301).status_code == 401
    assert campaigns.call_back(body, at=now + 400).status_code == 401
    for signature in (
        f"t={int(now)},v1={'0' * 64}",
        f"T={int(now)},v1={'a' * 64}",
        f"t={int(now)},V1={'a' * 64}",
        f"v1={'a' * 64},t={int(now)}",
        sign(campaigns.keys()[0], body, at=now).upper(),
        sign(campaigns.keys()[0], body + b" ", at=now),
        "",
    ):
        assert campaigns.call_back(body, signature=signature).status_code == 401, signature
    assert campaigns.call_back(b" " * 1024 * 1024).status_code == 413
    too_many = campaigns.said(campaign, mailed=10**6)
    assert campaigns.call_back(too_many).status_code == 422
    assert campaigns.call_back(b'{"id": 1}').status_code == 422
    assert campaigns.call_back(b"{").status_code == 400
    unknown = campaigns.said(campaign, campaign="cmp_unknown")
    assert campaigns.call_back(unknown).status_code == 404
    assert campaigns.see(campaign)["mailed"] == 0

    accepted = campaigns.call_back(body, at=now)
    assert (accepted.status_code, campaigns.see(campaign)["mailed"]) == (200, 1)
    assert campaigns.call_back(body, at=now).status_code == 409  # replayed
    campaigns.cancel(campaign)
    control(campaigns={"mode": "ok"})
    eventually(lambda: campaigns.see(campaign), until=lambda one: one["status"] in ENDS)


def test_a_callback_resumes_once_and_a_late_one_changes_nothing(
    campaigns: Campaigns, control: Control, readers: list[str]
) -> None:
    campaign = sending(campaigns, control, mode="ok")
    body = campaigns.said(campaign, id="again", mailed=0)
    first = campaigns.call_back(body)
    again = campaigns.call_back(body, at=time.time() - 60)  # never the second of the first
    assert first.json()["arrival"] in ("RESUMED", "KEPT")
    assert again.json()["arrival"] == "REPEATED"

    campaigns.cancel(campaign)
    ended = campaigns.end_of(campaign)

    def late() -> str:
        said = campaigns.said(campaign, status="sent", mailed=1, sequence=9)
        return str(campaigns.call_back(said).json()["arrival"])

    eventually(late, until=lambda arrival: arrival == "LATE")
    assert campaigns.see(campaign) == ended


def test_two_keys_count_while_they_are_rotated(
    platform: dict[str, Any], campaigns: Campaigns, control: Control, readers: list[str]
) -> None:
    campaign = sending(campaigns, control)
    ssm, (key, *_) = aws(platform, "ssm"), campaigns.keys()
    new = uuid.uuid4().hex

    def store(value: str) -> None:
        ssm.put_parameter(Name=WEBHOOK_KEYS, Value=value, Type="SecureString", Overwrite=True)

    def tell(by: str) -> int:
        return campaigns.call_back(campaigns.said(campaign), key=by).status_code

    assert (tell(key), tell(new)) == (200, 401)
    try:
        store(f"{key} {new}")
        start_afresh(platform, "Local-Campaigns", "CampaignStatus")  # or a minute goes by
        assert (tell(key), tell(new)) == (200, 200)
    finally:
        store(key)
        start_afresh(platform, "Local-Campaigns", "CampaignStatus")
    campaigns.cancel(campaign)
    campaigns.end_of(campaign)


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
