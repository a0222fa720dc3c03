"""The e-mail provider's API, from our side."""

from collections.abc import Callable
from functools import partial

import boto3
import pytest
from campaigns.adapters.provider_api import ProviderApi
from campaigns.domain.accounting import Report
from campaigns.domain.campaign import Subject, Text
from campaigns.domain.outside import (
    BatchChangedError,
    CampaignStoppedError,
    ProviderUnavailableError,
    Sending,
    Standing,
    Subscriber,
)

from tests.integration.campaigns.conftest import KEY_PARAMETER
from tests.integration.scripted_api import SECRET, ScriptedApi

ADA = Subscriber(user_id="u1", email="ada@example.org", unsubscribe_url="https://x.example/?t=1")
STANDING = {"id": "p1", "status": "pending", "mailed": 3, "rejected": 1, "sequence": 2}


@pytest.fixture
def api(provider: ScriptedApi) -> ProviderApi:
    return ProviderApi.from_environment()


def test_each_request_is_what_the_provider_documents(
    api: ProviderApi, provider: ScriptedApi
) -> None:
    provider.script = [
        (201, {"id": "p1"}),
        (202, {"batch": "c1-1", "accepted": 1}),
        (202, {}),
        (200, STANDING | {"new": "field"}),
        (200, STANDING | {"status": "cancelled"}),
        (200, {"references": ["u1", "u2"], "mailed": 1, "rejected": [{"reference": "u2"}]}),
    ]

    assert api.create("c1", subject=Subject("Spring"), text=Text("It is here.")) == "p1"
    api.hand_over("p1", "c1-1", [ADA])
    api.send("p1")
    assert api.look_up("p1") == Standing(status=Sending.PENDING, mailed=3, sequence=2)
    assert api.cancel("p1").status is Sending.CANCELLED
    assert api.report("p1", "c1-1") == Report(
        references=frozenset({"u1", "u2"}), mailed=1, rejected=frozenset({"u2"})
    )
    callback_url = "https://api.example/webhooks/campaign-status"
    mail = {"subject": "Spring", "text": "It is here.", "callbackUrl": callback_url}
    ada = {"reference": "u1", "email": ADA.email, "unsubscribeUrl": ADA.unsubscribe_url}
    assert provider.requests == [
        ("POST", "/campaigns", "c1", mail),
        ("POST", "/campaigns/p1/batches", "c1-1", {"recipients": [ada]}),
        ("POST", "/campaigns/p1/send", None, None),
        ("GET", "/campaigns/p1", None, None),
        ("POST", "/campaigns/p1/cancel", None, None),
        ("GET", "/campaigns/p1/batches/c1-1", None, None),
    ]
    assert set(provider.secrets) == {f"Bearer {SECRET}"}


def test_what_the_provider_refuses_is_told_apart(api: ProviderApi, provider: ScriptedApi) -> None:
    provider.script = [(422, {}), (409, {}), (409, {}), (404, {})]

    with pytest.raises(BatchChangedError):
        api.hand_over("p1", "c1-1", [ADA])
    with pytest.raises(CampaignStoppedError):
        api.hand_over("p1", "c1-1", [ADA])
    with pytest.raises(CampaignStoppedError):
        api.send("p1")
    assert api.report("p1", "c1-1") is None


@pytest.mark.parametrize(
    "answer",
    [
        (500, {}),
        (404, {}),
        (302, {}),
        (200, b"{"),
        (200, {"status": "gone", "mailed": 0, "sequence": 0}),
        (200, {"status": "sent", "mailed": -1, "sequence": 0}),
        (0, None),
    ],
)
def test_an_answer_that_cannot_be_relied_on_is_none(
    api: ProviderApi, provider: ScriptedApi, answer: tuple[int, object]
) -> None:
    provider.script = [answer] * 2

    with pytest.raises(ProviderUnavailableError, match="e-mail provider"):
        api.look_up("p1")


@pytest.mark.parametrize("first", [0, 503])
def test_what_had_no_answer_is_tried_again_with_the_same_key(
    api: ProviderApi, provider: ScriptedApi, first: int
) -> None:
    provider.script = [(first, {}), (200, {})]

    api.hand_over("p1", "c1-1", [ADA])

    assert provider.requests[0] == provider.requests[1]


def test_a_key_that_was_replaced_is_read_again(api: ProviderApi, provider: ScriptedApi) -> None:
    provider.script = [(200, STANDING), (401, {}), (200, STANDING)]
    api.look_up("p1")
    ssm = boto3.client("ssm")
    ssm.put_parameter(Name=KEY_PARAMETER, Value="new", Type="SecureString", Overwrite=True)
    api.look_up("p1")

    assert provider.secrets[-1] == "Bearer new"


def test_no_address_is_in_what_is_raised(api: ProviderApi, provider: ScriptedApi) -> None:
    ask: Callable[[], None] = partial(api.hand_over, "p1", "c1-1", [ADA])
    provider.script = [(500, b"ada@example.org")] * 2

    with pytest.raises(ProviderUnavailableError) as raised:
        ask()
    assert "ada" not in str(raised.value)
