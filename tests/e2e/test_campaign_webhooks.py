"""What a campaign's provider calls back: who may, what counts, and what comes too late."""

import time
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from blockwork.runtime.webhook_signatures import sign
from tests.e2e.campaigning import (
    ENDS,
    WEBHOOK_KEYS,
    Campaigns,
    Control,
    sending,
    start_afresh,
    subscribers,
)
from tests.e2e.conftest import Tokens, aws
from tests.waiting import eventually

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
