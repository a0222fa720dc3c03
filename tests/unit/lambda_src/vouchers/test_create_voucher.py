"""POST /vouchers, as a customer sees it."""

import json
from typing import Any

import pytest
from vouchers.adapters.mail_message import UnmailableError
from vouchers.domain.purchase import (
    KeyReusedError,
    PaymentDeclinedError,
    PaymentUnknownError,
    PurchaseRunningError,
)
from vouchers.domain.voucher import Order
from vouchers.handlers.create_voucher import create_voucher

from blockwork.runtime.http import Request, Response, http_handler
from blockwork.runtime.problems import FieldError, ProblemError
from tests.unit.conftest import LogLines
from tests.unit.lambda_src.events import CONTEXT, CUSTOMER, event
from tests.unit.lambda_src.vouchers.fakes import (
    Clock,
    FakeProvider,
    InMemoryPurchases,
    Settlements,
    time_out,
)

VALID = {"amount": "25.00", "currency": "GBP", "recipientEmail": "friend@example.com"}


class Api:
    """The route with everything behind it in memory."""

    def __init__(self) -> None:
        self.provider = FakeProvider()
        self.purchases = InMemoryPurchases()
        self.settlements = Settlements()
        self.clock = Clock()

    def post(
        self,
        body: object = VALID,
        *,
        key: str | None = "k1",
        claims: dict[str, Any] = CUSTOMER,
    ) -> Response:
        return create_voucher(
            Request(
                body=json.dumps(body).encode(),
                headers={} if key is None else {"idempotency-key": key},
                claims=claims,
            ),
            purchases=self.purchases,
            payments=self.provider,
            settlements=self.settlements,
            limit=30,
            now=self.clock,
        )

    def assert_nothing_happened(self) -> None:
        assert (self.provider.requests, self.purchases.kept) == ([], {})
        assert self.settlements.messages == []


@pytest.fixture
def api() -> Api:
    return Api()


def test_a_bought_voucher_is_answered_without_its_code(api: Api) -> None:
    response = api.post()

    ((user_id, voucher_id),) = api.purchases.vouchers.kept
    assert user_id == "user-2"
    view = {
        "voucherId": voucher_id,
        "status": "PAID",
        **VALID,
        "createdAt": "2026-03-01T09:30:00.123Z",
    }
    assert response == Response.created(view, location=f"./vouchers/{voucher_id}")


def test_the_same_key_and_body_get_the_same_answer(api: Api) -> None:
    first = api.post()
    api.clock.forward(hours=1)

    assert api.post() == first
    assert len(api.provider.requests) == 1


def test_the_same_key_of_another_customer_is_another_purchase(api: Api) -> None:
    api.post()
    api.post(claims=CUSTOMER | {"sub": "user-3"})

    assert {user for user, _ in api.purchases.vouchers.kept} == {"user-2", "user-3"}
    assert len(api.provider.taken) == 2


def test_a_key_with_another_body_is_refused(api: Api) -> None:
    api.post()

    with pytest.raises(KeyReusedError):
        api.post(VALID | {"amount": "26.00"})


def test_a_request_beside_one_that_is_running_is_told_when_to_come_back(api: Api) -> None:
    met: list[PurchaseRunningError] = []

    def meet() -> None:
        with pytest.raises(PurchaseRunningError, match="repeat it in 40 seconds") as running:
            api.post()
        met.append(running.value)

    api.provider.before = meet

    assert api.post().status == 201
    assert [running.retry_after for running in met] == [40]


def test_an_unknown_outcome_is_said_to_be_unknown(api: Api) -> None:
    api.provider.after = time_out

    with pytest.raises(PaymentUnknownError, match="may or may not have been taken") as unknown:
        api.post()

    assert "same Idempotency-Key is safe" in str(unknown.value)
    api.provider.after = lambda: None
    assert api.post().status == 201
    assert len(api.provider.taken) == 1


def test_a_declined_payment_is_reported_again_and_again(api: Api) -> None:
    api.provider.declines = True

    for _ in range(2):
        with pytest.raises(PaymentDeclinedError):
            api.post()


@pytest.mark.parametrize(
    ("key", "detail"),
    [
        (None, "the header Idempotency-Key is required"),
        ("", "must be 1 to 128 letters"),
        ("a b", "got 'a b'"),
        ("a#b", "got 'a#b'"),
        ("é", "must be 1 to 128 letters"),
        ("x" * 129, "must be 1 to 128 letters"),
    ],
)
def test_a_key_that_cannot_be_one_answers_400(api: Api, key: str | None, detail: str) -> None:
    with pytest.raises(ProblemError, match=detail) as problem:
        api.post(key=key)

    assert problem.value.status == 400
    api.assert_nothing_happened()


@pytest.mark.parametrize(
    ("changes", "field", "detail"),
    [
        (
            {"amount": "0.99"},
            "amount",
            'must be a decimal string from "1.00" to "500.00" with 2 decimals, got \'0.99\'',
        ),
        ({"amount": 25}, "amount", "must be a string, got a number"),
        ({"currency": "EUR"}, "currency", "must be one of GBP, got 'EUR'"),
        (
            {"recipientEmail": "friend"},
            "recipientEmail",
            "must be one e-mail address of at most 254 characters in ASCII, such as"
            " name@example.com (a domain with other letters as xn--…), got 'friend'",
        ),
        ({"status": "MAILED"}, "status", "is not known"),
    ],
)
def test_one_wrong_field_is_named_and_nothing_paid(
    api: Api, changes: dict[str, object], field: str, detail: str
) -> None:
    with pytest.raises(ProblemError) as problem:
        api.post(VALID | changes)

    assert problem.value.status == 422
    assert problem.value.errors == [FieldError(field, detail)]
    api.assert_nothing_happened()


@pytest.mark.parametrize("claims", [{}, CUSTOMER | {"token_use": "access"}])
def test_nobody_buys_without_signing_in(api: Api, claims: dict[str, Any]) -> None:
    with pytest.raises(ProblemError) as problem:
        api.post(claims=claims)

    assert problem.value.status == 401
    api.assert_nothing_happened()


def test_what_is_bought_carries_the_correlation_id_and_no_code_is_logged(
    api: Api, log_lines: LogLines
) -> None:
    handler = http_handler(
        create_voucher,
        purchases=lambda: api.purchases,
        payments=lambda: api.provider,
        settlements=lambda: api.settlements,
        limit=lambda: 30,
    )
    headers = {"Idempotency-Key": "k1", "X-Correlation-Id": "c-77"}
    answer = handler(
        event("POST /vouchers", body=json.dumps(VALID), headers=headers, claims=CUSTOMER), CONTEXT
    )

    assert answer["statusCode"] == 201
    ((voucher, code),) = zip(
        api.purchases.vouchers.kept.values(), api.purchases.vouchers.codes.values(), strict=True
    )
    assert voucher.correlation_id == "c-77"
    assert code not in json.dumps(log_lines()) + json.dumps(answer)


def test_an_order_that_no_mail_can_be_addressed_to_is_refused_before_it_is_paid(api: Api) -> None:
    body = VALID | {"recipientEmail": "=?utf-8?q?a?=@example.com"}

    with pytest.raises(ProblemError) as problem:
        api.post(body)

    assert problem.value.status == 422
    assert [error.field for error in problem.value.errors] == ["recipientEmail"]
    api.assert_nothing_happened()


def test_the_mail_is_addressed_before_the_money_is_taken(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(order: Order) -> None:
        raise UnmailableError

    monkeypatch.setattr("vouchers.handlers.create_voucher.addressed", refuse)

    with pytest.raises(ProblemError, match="could not be mailed") as problem:
        api.post()

    assert problem.value.status == 422
    api.assert_nothing_happened()
