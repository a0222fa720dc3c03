"""The routes of campaigns, as an administrator and the provider see them."""

import json
from datetime import timedelta
from typing import Any

import pytest
from campaigns.domain.campaign import CampaignStatus, Reason, new_campaign_id
from campaigns.domain.campaigns import (
    CampaignOverError,
    KeyReusedError,
    TooManyMailedError,
    UnknownCallbackError,
    UnknownCampaignError,
)
from campaigns.handlers.campaign_status import campaign_status
from campaigns.handlers.cancel_campaign import cancel_campaign
from campaigns.handlers.create_campaign import create_campaign
from campaigns.handlers.get_campaign import get_campaign
from campaigns.handlers.list_campaigns import list_campaigns

from blockwork.runtime.http import Request, Response
from blockwork.runtime.problems import ProblemError
from blockwork.runtime.webhook_signatures import sign
from blockwork.runtime.webhooks import WebhookVerifier
from tests.unit.blockwork.runtime.fakes import KnownKey
from tests.unit.lambda_src.campaigns.fakes import (
    NOW,
    FakeDoorbell,
    InMemoryCampaigns,
    campaign,
)
from tests.unit.lambda_src.events import ADMINISTRATOR, CUSTOMER

MAIL = {"subject": "Spring", "text": "It is here."}
KEY = "webhook-key-of-tests"
SENDING = campaign(status=CampaignStatus.SENDING, recipients=5, mailed=1, provider_id="p1")


class Replays:
    def __init__(self) -> None:
        self.seen: set[str] = set()

    def remember(self, signature: str, *, until: int) -> bool:
        new = signature not in self.seen
        self.seen.add(signature)
        return new

    def forget(self, signature: str) -> None:
        self.seen.remove(signature)


class Api:
    """The routes with everything behind them in memory."""

    def __init__(self) -> None:
        self.campaigns = InMemoryCampaigns()
        self.doorbell = FakeDoorbell()
        self.webhooks = WebhookVerifier(lambda: KEY, Replays(), clock=NOW.timestamp)

    def post(
        self, body: object = MAIL, *, key: str | None = None, claims: dict[str, Any] = ADMINISTRATOR
    ) -> Response:
        request = Request(
            body=json.dumps(body).encode(),
            headers={} if key is None else {"idempotency-key": key},
            claims=claims,
        )
        return create_campaign(request, campaigns=self.campaigns, now=lambda: NOW)

    def get(self, campaign_id: str = "c1", claims: dict[str, Any] = ADMINISTRATOR) -> Any:
        request = Request(path={"campaignId": campaign_id}, claims=claims)
        return get_campaign(request, campaigns=self.campaigns).body

    def list(self, claims: dict[str, Any] = ADMINISTRATOR, **query: str) -> Any:
        request = Request(query=query, claims=claims)
        return list_campaigns(request, campaigns=self.campaigns, signer=KnownKey()).body

    def delete(self, campaign_id: str = "c1", claims: dict[str, Any] = ADMINISTRATOR) -> Response:
        return cancel_campaign(
            Request(path={"campaignId": campaign_id}, claims=claims),
            campaigns=self.campaigns,
            doorbell=self.doorbell,
            now=lambda: NOW,
        )

    def call_back(self, second: int = 0, **changed: object) -> Response:
        said = {"id": "e1", "campaign": "p1", "status": "sent", "mailed": 5, "sequence": 1}
        body = json.dumps(said | changed).encode()
        signature = sign(KEY, body, at=NOW.timestamp() + second)
        return campaign_status(
            Request(body=body, headers={"x-webhook-signature": signature}),
            webhooks=self.webhooks,
            campaigns=self.campaigns,
            doorbell=self.doorbell,
        )


@pytest.fixture
def api() -> Api:
    return Api()


def test_a_campaign_is_accepted_and_shown(api: Api) -> None:
    answer = api.post()

    assert answer.status == 202
    assert isinstance(answer.body, dict)
    assert set(answer.body) == {"campaignId", "status"}
    assert answer.headers["location"] == f"./campaigns/{answer.body['campaignId']}"
    shown = api.get(answer.body["campaignId"])
    assert shown == answer.body | MAIL | {
        "recipients": 0,
        "mailed": 0,
        "notMailed": {},
        "createdAt": "2026-03-01T09:30:00.123Z",
    }
    assert api.list() == {"campaigns": [{k: v for k, v in shown.items() if k != "text"}]}


def test_the_same_key_gives_the_same_campaign_and_another_mail_is_refused(api: Api) -> None:
    first = api.post(key="k1")

    assert api.post(key="k1") == first
    with pytest.raises(KeyReusedError, match="take a new key"):
        api.post({**MAIL, "text": "Another."}, key="k1")
    assert len(api.campaigns.kept) == 1
    assert api.post() != api.post()


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, ["subject", "text"]),
        ({**MAIL, "subject": "a\nBcc: everybody@example.org"}, ["subject"]),
        ({**MAIL, "subject": " "}, ["subject"]),
        ({**MAIL, "subject": "x" * 201}, ["subject"]),
        ({**MAIL, "text": "x" * 20_001}, ["text"]),
        ({**MAIL, "text": "a\0b"}, None),
        ({**MAIL, "text": "\x1b[2J"}, ["text"]),
        ({**MAIL, "text": ""}, ["text"]),
        ({**MAIL, "recipients": ["a@example.org"]}, ["recipients"]),
    ],
)
def test_a_mail_that_cannot_be_sent_is_refused(
    api: Api, body: dict[str, Any], wrong: list[str] | None
) -> None:
    with pytest.raises(ProblemError) as refused:
        api.post(body)

    assert refused.value.status == 422
    assert wrong is None or [error.field for error in refused.value.errors] == wrong
    assert not api.campaigns.kept


def test_a_key_that_is_none_is_refused(api: Api) -> None:
    with pytest.raises(ProblemError, match="Idempotency-Key must be 1 to 128"):
        api.post(key="a b")


@pytest.mark.parametrize(("claims", "status"), [({}, 401), (CUSTOMER, 403)])
def test_only_who_may_run_campaigns_does(api: Api, claims: dict[str, Any], status: int) -> None:
    api.campaigns.kept["c1"] = SENDING
    for ask in (api.post, api.get, api.list, api.delete):
        with pytest.raises(ProblemError) as refused:
            ask(claims=claims)
        assert refused.value.status == status
    assert api.campaigns.kept == {"c1": SENDING}


def test_following_the_tokens_lists_every_campaign_once_newest_first(api: Api) -> None:
    ids = [new_campaign_id(NOW + timedelta(minutes=number)) for number in range(7)]
    for id_ in ids:
        api.campaigns.kept[id_] = campaign(id_)
    pages = [api.list(limit="3")]
    while token := pages[-1].get("nextToken"):
        pages.append(api.list(limit="3", nextToken=token))

    assert [one["campaignId"] for page in pages for one in page["campaigns"]] == ids[::-1]


def test_a_campaign_at_its_end_says_who_got_nothing_and_why(api: Api) -> None:
    api.campaigns.kept["c1"] = campaign(
        status=CampaignStatus.FAILED,
        recipients=5,
        mailed=2,
        not_mailed={Reason.FAILED: 2, Reason.UNSUBSCRIBED: 1},
        reason="the provider failed",
    )

    shown = api.get()
    assert shown["notMailed"] == {"FAILED": 2, "UNSUBSCRIBED": 1}
    assert shown["reason"] == "the provider failed"


def test_a_campaign_that_is_to_stop_is_woken_once(api: Api) -> None:
    api.campaigns.kept["c1"] = SENDING

    for _ in range(2):
        answer = api.delete()
        assert answer.status == 202
        assert answer.body == api.get()
    assert api.get()["cancelRequestedAt"] == "2026-03-01T09:30:00.123Z"
    assert api.doorbell.waiting == [("cancelled", 0)]


@pytest.mark.parametrize("status", [CampaignStatus.SENT, CampaignStatus.FAILED])
def test_a_campaign_that_is_over_cannot_be_cancelled(api: Api, status: CampaignStatus) -> None:
    api.campaigns.kept["c1"] = campaign(status=status)

    with pytest.raises(CampaignOverError, match=f"is {status} already"):
        api.delete()
    assert not api.doorbell.rung


def test_cancelling_what_is_cancelled_changes_nothing(api: Api) -> None:
    api.campaigns.kept["c1"] = campaign(status=CampaignStatus.CANCELLED)

    assert api.delete().status == 202
    assert not api.doorbell.rung


def test_an_unknown_campaign_is_unknown(api: Api) -> None:
    for ask in (api.get, api.delete):
        with pytest.raises(UnknownCampaignError, match="there is no campaign 'c9'"):
            ask("c9")


def test_a_callback_wakes_the_workflow_and_raises_the_number(api: Api) -> None:
    api.campaigns.kept["c1"] = SENDING

    assert api.call_back() == Response.ok({"arrival": "KEPT"})
    assert api.get()["mailed"] == 5
    assert api.call_back(second=1) == Response.ok({"arrival": "REPEATED"})
    assert api.doorbell.waiting == [("sent", 1)]


def test_a_number_never_falls(api: Api) -> None:
    api.campaigns.kept["c1"] = SENDING
    api.call_back(id="e2", mailed=4)
    api.call_back(id="e1", mailed=3)

    assert api.get()["mailed"] == 4


def test_a_callback_after_the_end_changes_nothing(api: Api) -> None:
    over = campaign(status=CampaignStatus.CANCELLED, recipients=5, mailed=1, provider_id="p1")
    api.campaigns.kept["c1"] = over
    api.doorbell.ended = True

    assert api.call_back() == Response.ok({"arrival": "LATE"})
    assert api.campaigns.kept == {"c1": over}


def test_a_callback_of_more_mails_than_recipients_is_refused(api: Api) -> None:
    api.campaigns.kept["c1"] = SENDING

    with pytest.raises(TooManyMailedError, match="at most 5, which is all recipients, got 6"):
        api.call_back(mailed=6)
    assert api.campaigns.kept == {"c1": SENDING}
    assert not api.doorbell.rung


def test_a_callback_about_no_campaign_of_ours_is_refused(api: Api) -> None:
    with pytest.raises(UnknownCallbackError, match="no campaign of ours is called 'p1'"):
        api.call_back()


@pytest.mark.parametrize(
    "changed", [{"status": "finished"}, {"mailed": -1}, {"id": ""}, {"sequence": "1"}]
)
def test_a_callback_that_does_not_fit_is_refused(api: Api, changed: dict[str, Any]) -> None:
    api.campaigns.kept["c1"] = SENDING

    with pytest.raises(ProblemError, match="does not fit") as refused:
        api.call_back(**changed)
    assert refused.value.status == 422
    assert api.campaigns.kept == {"c1": SENDING}
