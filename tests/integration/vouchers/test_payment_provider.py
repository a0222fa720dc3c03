"""The adapter against a server that answers wrongly, late, twice or not at all."""

import json
import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any, cast

import pytest
import urllib3
from vouchers.adapters.payment_provider import TRIES, PaymentProvider
from vouchers.domain.purchase import Declined, PaymentUnknownError, Taken

from blockwork.runtime.observability import logger
from tests.integration.vouchers.conftest import KEY_PARAMETER
from tests.integration.vouchers.provider import SECRET, Provider
from tests.unit.lambda_src.vouchers.samples import order
from tests.waiting import PATIENCE


class Vault:
    """Where the secret comes from, and how often it was asked."""

    def __init__(self, *secrets: str) -> None:
        self.secrets = secrets
        self.asked = 0

    def __call__(self) -> str:
        self.asked += 1
        return self.secrets[min(self.asked, len(self.secrets)) - 1]


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def payments(provider: Provider, pauses: list[float]) -> PaymentProvider:
    return connect(provider, Vault(SECRET), pauses)


@pytest.fixture
def log() -> Iterator[StringIO]:
    output = cast(logging.StreamHandler[Any], logger.registered_handler)
    stream = StringIO()
    before = output.setStream(stream)
    yield stream
    output.setStream(before)


def connect(provider: Provider, vault: Vault, pauses: list[float]) -> PaymentProvider:
    timeout = urllib3.Timeout(connect=PATIENCE, read=1)
    return PaymentProvider(provider.url, vault, timeout=timeout, sleep=pauses.append)


def test_a_payment_is_taken_with_the_key_that_protects_it(
    payments: PaymentProvider, provider: Provider
) -> None:
    assert payments.charge(order(), key="v1") == Taken("payment-1")

    (request,) = provider.requests
    assert (request["method"], request["path"]) == ("POST", "/payments")
    assert request["body"] == {"amount": "25.00", "currency": "GBP"}
    assert request["headers"]["content-type"] == "application/json"
    assert request["headers"]["idempotency-key"] == "v1"
    assert request["headers"]["authorization"] == f"Bearer {SECRET}"


def test_a_repeated_payment_is_the_same_one(payments: PaymentProvider, provider: Provider) -> None:
    assert payments.charge(order(), key="v1") == payments.charge(order(), key="v1")
    assert list(provider.taken) == ["v1"]


def test_a_declined_payment_is_not_tried_again(
    payments: PaymentProvider, provider: Provider
) -> None:
    provider.script = ["decline"]

    assert payments.charge(order(), key="v1") == Declined()
    assert len(provider.requests) == 1


@pytest.mark.parametrize(
    "trouble", ["time out", "hang up", "hang up after taking", "500", "503", "429", "409"]
)
def test_trouble_that_passes_is_overcome_without_paying_twice(
    payments: PaymentProvider, provider: Provider, pauses: list[float], trouble: str
) -> None:
    provider.script = [trouble, trouble]

    assert payments.charge(order(), key="v1") == Taken("payment-1")
    assert list(provider.taken) == ["v1"]
    assert [request["headers"]["idempotency-key"] for request in provider.requests] == ["v1"] * 3
    assert [0.2 <= pauses[0] <= 0.4, 0.4 <= pauses[1] <= 0.8] == [True, True]


@pytest.mark.parametrize("trouble", ["time out", "hang up after taking", "500", "401", "302"])
def test_trouble_that_stays_is_reported_as_unknown_after_a_few_tries(
    payments: PaymentProvider, provider: Provider, trouble: str
) -> None:
    provider.script = [trouble] * 10

    with pytest.raises(PaymentUnknownError):
        payments.charge(order(), key="v1")
    assert len(provider.requests) == TRIES
    assert {request["path"] for request in provider.requests} == {"/payments"}


@pytest.mark.parametrize(
    "answer",
    [
        *("nonsense", "{}", '{"status": "TAKEN"}', '{"paymentId": 7, "status": "TAKEN"}'),
        '{"paymentId": "p1", "status": "PERHAPS"}',
        '{"x": ' + "[" * 100_000,
    ],
)
def test_an_answer_that_does_not_fit_is_not_believed(
    payments: PaymentProvider, provider: Provider, answer: str
) -> None:
    provider.script = [answer]

    with pytest.raises(PaymentUnknownError):
        payments.charge(order(), key="v1")


def test_an_answer_that_comes_twice_is_not_the_next_payments(
    payments: PaymentProvider, provider: Provider
) -> None:
    provider.script = ["twice"] * 3

    outcomes = [payments.charge(order(), key=key) for key in ("v1", "v2", "v3")]

    assert outcomes == [Taken("payment-1"), Taken("payment-2"), Taken("payment-3")]
    assert len({request["client"] for request in provider.requests}) == 3


def test_a_provider_that_is_not_there_is_reported_as_unknown(pauses: list[float]) -> None:
    gone = Provider()
    with gone.running():
        pass

    payments = connect(gone, Vault(SECRET), pauses)
    with pytest.raises(PaymentUnknownError):
        payments.charge(order(), key="v1")
    with pytest.raises(PaymentUnknownError):
        payments.look_up("v1")


def test_what_became_of_a_payment_can_be_asked(
    payments: PaymentProvider, provider: Provider
) -> None:
    provider.script = ["hang up after taking"] * TRIES
    with pytest.raises(PaymentUnknownError):
        payments.charge(order(), key="v1")
    provider.script = ["decline"]
    payments.charge(order(), key="v2")

    assert payments.look_up("v1") == Taken("payment-1")
    assert payments.look_up("v2") == Declined()
    assert payments.look_up("v3") is None


def test_what_was_taken_goes_back_once_and_nothing_is_taken_later(
    payments: PaymentProvider, provider: Provider
) -> None:
    payments.charge(order(), key="v1")

    for key in ("v1", "v1", "v2"):
        payments.void(key)

    assert (provider.taken, provider.returned) == ({}, ["v1"])
    assert [payments.look_up(key) for key in ("v1", "v2")] == [Declined(), Declined()]
    request = provider.requests[1]
    assert (request["method"], request["path"]) == ("POST", "/payments/v1/void")
    assert request["headers"]["authorization"] == f"Bearer {SECRET}"


@pytest.mark.parametrize(
    "trouble",
    [
        *("500", "401", "404", "hang up after voiding", "nonsense", "{}"),
        '{"paymentId": "p1", "status": "TAKEN"}',
    ],
)
def test_money_counts_as_returned_only_if_the_provider_says_so(
    payments: PaymentProvider, provider: Provider, trouble: str
) -> None:
    payments.charge(order(), key="v1")
    provider.script = [trouble]
    with pytest.raises(PaymentUnknownError):
        payments.void("v1")

    payments.void("v1")

    assert (provider.taken, provider.returned) == ({}, ["v1"])


@pytest.mark.parametrize("trouble", ["500", "401"])
def test_a_question_that_is_not_answered_is_left_to_the_queue(
    payments: PaymentProvider, provider: Provider, trouble: str
) -> None:
    provider.script = [trouble]

    with pytest.raises(PaymentUnknownError):
        payments.look_up("v1")
    assert len(provider.requests) == 1


def test_the_secret_is_read_at_the_first_payment_and_again_when_it_was_replaced(
    provider: Provider, pauses: list[float]
) -> None:
    vault = Vault(SECRET, "sk-test-4712")
    payments = connect(provider, vault, pauses)
    assert vault.asked == 0
    payments.charge(order(), key="v1")
    payments.charge(order(), key="v2")
    assert vault.asked == 1

    provider.secret = "sk-test-4712"
    assert payments.charge(order(), key="v3") == Taken("payment-3")
    assert vault.asked == 2


@pytest.mark.usefixtures("known_provider")
def test_the_secret_comes_from_a_secure_string(provider: Provider) -> None:
    assert PaymentProvider.from_environment().charge(order(), key="v1") == Taken("payment-1")


@pytest.mark.usefixtures("known_provider")
def test_starting_asks_nobody_for_anything(aws: pytest.MonkeyPatch) -> None:
    aws.setenv("PAYMENT_KEY_PARAMETER", f"{KEY_PARAMETER}-that-is-not-there")

    assert PaymentProvider.from_environment()


@pytest.mark.parametrize("trouble", ["time out", "401", "nonsense"])
def test_the_log_never_shows_the_secret(
    payments: PaymentProvider, provider: Provider, log: StringIO, trouble: str
) -> None:
    provider.script = [trouble] * TRIES

    with pytest.raises(PaymentUnknownError):
        payments.charge(order(), key="v1")
    assert [json.loads(line) for line in log.getvalue().splitlines()]
    assert SECRET not in log.getvalue()
