"""HTTP APIs of others, which know us by a secret and may answer late, twice, or nonsense."""

import random
import time
from collections.abc import Callable, Mapping
from typing import TypeVar

import msgspec
import urllib3

from blockwork.runtime.observability import logger

Shape = TypeVar("Shape")
FIRST_PAUSE = 0.2
TIMEOUT = urllib3.Timeout(connect=1, read=4)


class NoUsableAnswerError(Exception):
    """An API has given none, in any try: what was asked may have been done or not."""


class OutsideApi:
    """Asks an API with `Authorization: Bearer …`, and again where it gives no usable answer.

    ::

        payments = OutsideApi("the payment provider", url, secure_string("/shop/payment-key"))
        status, answer = payments.ask(
            "POST", "/payments", (200, 201, 402), body={"amount": "9.99"}, key=order_id
        )
        payment = payments.read(answer, Payment)

    What is asked more than once must be such that the API does it once: by a key
    (`Idempotency-Key`) or by its nature. Neither requests nor answers are logged, only how it went.

    :param name: what logs and errors call it.
    :param url: its base URL.
    :param secret: returns the secret that it knows us by; asked at the first request, and anew once
        the API has refused it.
    :param timeout: for each try. Default: 1 second to connect, 4 to read.
    :param sleep: waits some seconds. Default: really.
    """

    def __init__(
        self,
        name: str,
        url: str,
        secret: Callable[[], str],
        *,
        timeout: urllib3.Timeout = TIMEOUT,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._name = name
        self._url = url.rstrip("/")
        self._read_secret = secret
        self._sleep = sleep
        self._secret: str | None = None
        self._http = urllib3.PoolManager(timeout=timeout, retries=False)

    def ask(
        self,
        method: str,
        path: str,
        answers: tuple[int, ...],
        *,
        tries: int = 3,
        body: object = None,
        key: str | None = None,
    ) -> tuple[int, bytes]:
        """Return the status and the body of the first answer that says something.

        :param path: with what is variable in it quoted.
        :param answers: the statuses that say something.
        :param tries: how often it is asked, with growing pauses between.
        :param body: sent as JSON. Default: none.
        :param key: what the API knows a repetition by (`Idempotency-Key`). Default: none.
        :raises NoUsableAnswerError: if there is none.
        """
        reason = "none"
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
                    headers=self._headers(has_body=body is not None, key=key),
                    redirect=False,
                )
            except urllib3.exceptions.HTTPError as error:
                reason = type(error).__name__  # its text could show the request
                logger.warning(f"{self._name} gave no answer", reason=reason)
                continue
            finally:
                # An answer that comes late or twice must never be read as the answer to the next
                # request, so each has a connection of its own.
                self._http.clear()
            if answer.status in answers:
                return answer.status, answer.data
            reason = f"status {answer.status}"
            logger.warning(f"{self._name} gave no usable answer", status=answer.status)
            if answer.status in (401, 403):
                self._secret = None  # it may have been replaced since it was read
        raise NoUsableAnswerError(f"no usable answer of {self._name}: {reason}")

    def read(self, answer: bytes, shape: type[Shape]) -> Shape:
        """Return what an answer says.

        :raises NoUsableAnswerError: if it does not fit.
        """
        try:
            return msgspec.json.decode(answer, type=shape)
        except (msgspec.MsgspecError, RecursionError) as error:
            logger.error(f"the answer of {self._name} does not fit its API", shape=shape.__name__)
            raise NoUsableAnswerError(
                f"an answer of {self._name} does not fit its API: {shape.__name__}"
            ) from error

    def _headers(self, *, has_body: bool, key: str | None) -> Mapping[str, str]:
        if self._secret is None:
            self._secret = self._read_secret()
        return {
            "Authorization": f"Bearer {self._secret}",
            "Connection": "close",
            **({"Content-Type": "application/json"} if has_body else {}),
            **({"Idempotency-Key": key} if key is not None else {}),
        }
