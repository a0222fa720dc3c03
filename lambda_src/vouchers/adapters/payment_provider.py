"""The payment provider's HTTP API.

`POST /payments` with `Idempotency-Key` and `{"amount", "currency"}` answers 201 (or 200, where it
repeats itself) `{"paymentId", "status": "TAKEN"}`, or 402. `GET /payments/{key}` answers 200 with
the same and a status `TAKEN`, `DECLINED` or `VOIDED`, or 404. `POST /payments/{key}/void` answers
200 with the status `VOIDED` as soon as no money is kept for the key: what was taken is on its way
back, once however often it is asked for, and a payment of the key that comes later is answered 402.
"""

import os
import time
from collections.abc import Callable
from typing import Literal, Self
from urllib.parse import quote

import msgspec
import urllib3

from blockwork.runtime.observability import logger
from blockwork.runtime.outside_api import TIMEOUT, NoUsableAnswerError, OutsideApi
from blockwork.runtime.parameters import secure_string
from vouchers.domain.purchase import Declined, PaymentUnknownError, Taken
from vouchers.domain.voucher import Order

# Three tries with their pauses take 16 seconds at most, less than the function's timeout.
TRIES = 3


class PaymentBody(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the provider says of a payment; further fields are its own affair."""

    payment_id: str = ""
    status: Literal["TAKEN", "DECLINED", "VOIDED"]


class PaymentProvider:
    """The port `Payments` over HTTP.

    :param url: the provider's base URL.
    :param api_key: returns the secret that the provider knows us by.
    :param timeout: for each try. Default: `TIMEOUT`.
    :param sleep: waits some seconds. Default: really.
    """

    def __init__(
        self,
        url: str,
        api_key: Callable[[], str],
        *,
        timeout: urllib3.Timeout = TIMEOUT,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._api = OutsideApi("the payment provider", url, api_key, timeout=timeout, sleep=sleep)

    @classmethod
    def from_environment(cls) -> Self:
        """Pay at PAYMENT_URL with the key in the SecureString which PAYMENT_KEY_PARAMETER names."""
        return cls(os.environ["PAYMENT_URL"], secure_string(os.environ["PAYMENT_KEY_PARAMETER"]))

    def charge(self, order: Order, *, key: str) -> Taken | Declined:
        """Take the money; tries are repeated with the same key, which the provider knows again."""
        body = {"amount": str(order.amount), "currency": str(order.currency)}
        status, answer = self._ask("POST", "/payments", (200, 201, 402), body=body, key=key)
        if status == 402:
            return Declined()
        return self._outcome(answer)

    def look_up(self, key: str) -> Taken | Declined | None:
        """Ask what became of a key."""
        # A single try: many are asked for in one invocation, and the queue tries again.
        path = f"/payments/{quote(key, safe='')}"
        status, answer = self._ask("GET", path, (200, 404), tries=1)
        return None if status == 404 else self._outcome(answer)

    def void(self, key: str) -> None:
        """Have what was taken for a key returned, and nothing taken for it any more."""
        _, answer = self._ask("POST", f"/payments/{quote(key, safe='')}/void", (200,), tries=1)
        if self._payment(answer).status != "VOIDED":
            logger.error("the payment provider does not say that a payment is void")
            raise PaymentUnknownError

    def _ask(
        self,
        method: str,
        path: str,
        answers: tuple[int, ...],
        *,
        tries: int = TRIES,
        body: dict[str, str] | None = None,
        key: str | None = None,
    ) -> tuple[int, bytes]:
        try:
            return self._api.ask(method, path, answers, tries=tries, body=body, key=key)
        except NoUsableAnswerError as error:
            raise PaymentUnknownError from error

    def _payment(self, answer: bytes) -> PaymentBody:
        try:
            return self._api.read(answer, PaymentBody)
        except NoUsableAnswerError as error:
            raise PaymentUnknownError from error

    def _outcome(self, answer: bytes) -> Taken | Declined:
        payment = self._payment(answer)
        if payment.status in ("DECLINED", "VOIDED"):
            return Declined()
        if not payment.payment_id:
            logger.error("the payment provider's answer does not name the payment")
            raise PaymentUnknownError
        return Taken(payment.payment_id)
