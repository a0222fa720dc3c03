"""The payment provider's HTTP API.

`POST /payments` with `Idempotency-Key` and `{"amount", "currency"}` answers 201 (or 200, where it
repeats itself) `{"paymentId", "status": "TAKEN"}`, or 402. `GET /payments/{key}` answers 200 with
the same and a status `TAKEN`, `DECLINED` or `VOIDED`, or 404. `POST /payments/{key}/void` answers
200 with the status `VOIDED` as soon as no money is kept for the key: what was taken is on its way
back, once however often it is asked for, and a payment of the key that comes later is answered 402.
"""

import os
import random
import time
from collections.abc import Callable
from typing import Literal, Self
from urllib.parse import quote

import boto3
import msgspec
import urllib3

from blockwork.runtime.aws import PATIENCE
from blockwork.runtime.observability import logger
from vouchers.domain.purchase import Declined, PaymentUnknownError, Taken
from vouchers.domain.voucher import Order

TRIES = 3
FIRST_PAUSE = 0.2
# Three tries with their pauses take 16 seconds at most, less than the function's timeout.
TIMEOUT = urllib3.Timeout(connect=1, read=4)


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
        self._url = url.rstrip("/")
        self._api_key = api_key
        self._sleep = sleep
        self._secret: str | None = None
        self._http = urllib3.PoolManager(timeout=timeout, retries=False)

    @classmethod
    def from_environment(cls) -> Self:
        """Pay at PAYMENT_URL with the key in the SecureString which PAYMENT_KEY_PARAMETER names."""
        parameter = os.environ["PAYMENT_KEY_PARAMETER"]
        return cls(os.environ["PAYMENT_URL"], lambda: _secure_string(parameter))

    def charge(self, order: Order, *, key: str) -> Taken | Declined:
        """Take the money; tries are repeated with the same key, which the provider knows again."""
        body = {"amount": str(order.amount), "currency": str(order.currency)}
        status, answer = self._ask(
            "POST", "/payments", (200, 201, 402), body=body, headers={"Idempotency-Key": key}
        )
        if status == 402:
            return Declined()
        return _outcome(answer)

    def look_up(self, key: str) -> Taken | Declined | None:
        """Ask what became of a key."""
        # A single try: many are asked for in one invocation, and the queue tries again.
        path = f"/payments/{quote(key, safe='')}"
        status, answer = self._ask("GET", path, (200, 404), tries=1)
        return None if status == 404 else _outcome(answer)

    def void(self, key: str) -> None:
        """Have what was taken for a key returned, and nothing taken for it any more."""
        _, answer = self._ask("POST", f"/payments/{quote(key, safe='')}/void", (200,), tries=1)
        if _payment(answer).status != "VOIDED":
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
        headers: dict[str, str] | None = None,
    ) -> tuple[int, bytes]:
        """Return the first answer that says something, after some tries if need be."""
        for attempt in range(tries):
            if attempt:
                self._sleep(FIRST_PAUSE * 2**attempt * random.uniform(0.5, 1))
            try:
                # The runtime brings urllib3, 1.26 or 2: only the younger one knows `json=`, only
                # the younger one takes the pool's `retries=False` as a word about redirects.
                answer = self._http.request(
                    method,
                    self._url + path,
                    body=None if body is None else msgspec.json.encode(body),
                    headers={
                        "Authorization": f"Bearer {self._key()}",
                        "Connection": "close",
                        **({} if body is None else {"Content-Type": "application/json"}),
                        **(headers or {}),
                    },
                    redirect=False,
                )
            except urllib3.exceptions.HTTPError as error:
                # Its text could show the request; its kind says enough.
                logger.warning("the payment provider gave no answer", reason=type(error).__name__)
                continue
            finally:
                # An answer that comes late or twice must never be read as the answer to the next
                # payment, so each request has a connection of its own.
                self._http.clear()
            if answer.status in answers:
                return answer.status, answer.data
            logger.warning("the payment provider gave no usable answer", status=answer.status)
            if answer.status in (401, 403):
                self._secret = None  # it may have been replaced since it was read
        raise PaymentUnknownError

    def _key(self) -> str:
        if self._secret is None:
            self._secret = self._api_key()
        return self._secret


def _payment(answer: bytes) -> PaymentBody:
    try:
        return msgspec.json.decode(answer, type=PaymentBody)
    except (msgspec.MsgspecError, RecursionError) as error:
        logger.error("the payment provider's answer does not fit its API", reason=str(error))
        raise PaymentUnknownError from error


def _outcome(answer: bytes) -> Taken | Declined:
    payment = _payment(answer)
    if payment.status in ("DECLINED", "VOIDED"):
        return Declined()
    if not payment.payment_id:
        logger.error("the payment provider's answer does not name the payment")
        raise PaymentUnknownError
    return Taken(payment.payment_id)


def _secure_string(name: str) -> str:
    # At the first payment, not at start-up: repeated requests and reading need no key.
    client = boto3.client("ssm", config=PATIENCE)
    return client.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
