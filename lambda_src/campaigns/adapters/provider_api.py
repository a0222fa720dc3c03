"""The e-mail provider's HTTP API. Each request may be repeated: the provider knows it by its key.

`POST /campaigns` makes a campaign, `POST /campaigns/{id}/batches` adds up to 100 recipients,
`GET /campaigns/{id}/batches/{key}` says what has become of them, `POST /campaigns/{id}/send`
begins or goes on, `POST /campaigns/{id}/cancel` stops, `GET /campaigns/{id}` says how it stands. A
key that comes again with another body is answered 422, what comes too late 409.
"""

import os
import random
import time
from collections.abc import Callable, Sequence
from typing import Annotated, Self, TypeVar
from urllib.parse import quote

import boto3
import msgspec
import urllib3
from msgspec import Meta

from blockwork.runtime.aws import PATIENCE
from blockwork.runtime.observability import logger
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

TRIES = 2
FIRST_PAUSE = 0.2
# A step asks twice at most, so all tries fit into half a minute; the workflow tries a step again.
TIMEOUT = urllib3.Timeout(connect=1, read=5)

Count = Annotated[int, Meta(ge=0)]
Shape = TypeVar("Shape")


class CreatedBody(msgspec.Struct, frozen=True):
    """A campaign that was made; further fields are the provider's own affair, here and below."""

    id: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9_-]+$(?!\n)")]


class StandingBody(msgspec.Struct, frozen=True):
    """How it stands with a campaign."""

    status: Sending
    mailed: Count
    sequence: Count


class RejectedBody(msgspec.Struct, frozen=True):
    """Somebody who cannot be mailed."""

    reference: str


class ReportBody(msgspec.Struct, frozen=True):
    """What has become of a batch."""

    references: list[str]
    mailed: Count
    rejected: list[RejectedBody]


class ProviderApi:
    """The port `Provider` over HTTP.

    :param url: the provider's base URL.
    :param api_key: returns the secret that the provider knows us by.
    :param callback_url: where the provider tells how far it has come.
    :param timeout: for each try. Default: `TIMEOUT`.
    :param sleep: waits some seconds. Default: really.
    """

    def __init__(
        self,
        url: str,
        api_key: Callable[[], str],
        *,
        callback_url: str,
        timeout: urllib3.Timeout = TIMEOUT,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._url = url.rstrip("/")
        self._api_key = api_key
        self._callback_url = callback_url
        self._sleep = sleep
        self._secret: str | None = None
        self._http = urllib3.PoolManager(timeout=timeout, retries=False)

    @classmethod
    def from_environment(cls) -> Self:
        """Ask at CAMPAIGN_URL with the key in the SecureString which PROVIDER_KEY_PARAMETER names.

        The provider calls back at CALLBACK_URL.
        """
        parameter = os.environ["PROVIDER_KEY_PARAMETER"]
        return cls(
            os.environ["CAMPAIGN_URL"],
            lambda: _secure_string(parameter),
            callback_url=os.environ["CALLBACK_URL"],
        )

    def create(self, key: str, *, subject: Subject, text: Text) -> str:
        """Make a campaign."""
        body = {
            "subject": str(subject),
            "text": str(text),
            "callbackUrl": self._callback_url,
        }
        _, answer = self._ask("POST", "/campaigns", (200, 201), body=body, key=key)
        return _read(answer, CreatedBody).id

    def hand_over(self, provider_id: str, key: str, subscribers: Sequence[Subscriber]) -> None:
        """Add recipients; their ids are what the provider refers to them by."""
        recipients = [
            {
                "reference": subscriber.user_id,
                "email": subscriber.email,
                "unsubscribeUrl": subscriber.unsubscribe_url,
            }
            for subscriber in subscribers
        ]
        path = f"{_path(provider_id)}/batches"
        body = {"recipients": recipients}
        status, _ = self._ask("POST", path, (200, 202, 409, 422), body=body, key=key)
        if status == 422:
            raise BatchChangedError(key)
        if status == 409:
            raise CampaignStoppedError(provider_id)

    def report(self, provider_id: str, key: str) -> Report | None:
        """Ask for a batch."""
        path = f"{_path(provider_id)}/batches/{quote(key, safe='')}"
        status, answer = self._ask("GET", path, (200, 404))
        if status == 404:
            return None
        body = _read(answer, ReportBody)
        return Report(
            references=frozenset(body.references),
            mailed=body.mailed,
            rejected=frozenset(one.reference for one in body.rejected),
        )

    def send(self, provider_id: str) -> None:
        """Let it begin or go on."""
        status, _ = self._ask("POST", f"{_path(provider_id)}/send", (200, 202, 409))
        if status == 409:
            raise CampaignStoppedError(provider_id)

    def cancel(self, provider_id: str) -> Standing:
        """Let it stop."""
        return _standing(self._ask("POST", f"{_path(provider_id)}/cancel", (200,))[1])

    def look_up(self, provider_id: str) -> Standing:
        """Ask how it stands."""
        return _standing(self._ask("GET", _path(provider_id), (200,))[1])

    def _ask(
        self,
        method: str,
        path: str,
        answers: tuple[int, ...],
        *,
        body: object = None,
        key: str | None = None,
    ) -> tuple[int, bytes]:
        """Return the first answer that says something, after some tries if need be."""
        reason = "none"
        for attempt in range(TRIES):
            if attempt:
                self._sleep(FIRST_PAUSE * 2**attempt * random.uniform(0.5, 1))
            try:
                answer = self._http.request(
                    method,
                    self._url + path,
                    body=None if body is None else msgspec.json.encode(body),
                    headers={
                        "Authorization": f"Bearer {self._key()}",
                        "Connection": "close",
                        **({} if body is None else {"Content-Type": "application/json"}),
                        **({} if key is None else {"Idempotency-Key": key}),
                    },
                    redirect=False,
                )
            except urllib3.exceptions.HTTPError as error:
                reason = type(error).__name__  # its text could show the request
                logger.warning("the e-mail provider gave no answer", reason=reason)
                continue
            if answer.status in answers:
                return answer.status, answer.data
            reason = f"status {answer.status}"
            logger.warning("the e-mail provider gave no usable answer", status=answer.status)
            if answer.status in (401, 403):
                self._secret = None  # it may have been replaced since it was read
        raise ProviderUnavailableError(f"no usable answer of the e-mail provider: {reason}")

    def _key(self) -> str:
        if self._secret is None:
            self._secret = self._api_key()
        return self._secret


def _path(provider_id: str) -> str:
    return f"/campaigns/{quote(provider_id, safe='')}"


def _standing(answer: bytes) -> Standing:
    body = _read(answer, StandingBody)
    return Standing(status=body.status, mailed=body.mailed, sequence=body.sequence)


def _read(answer: bytes, shape: type[Shape]) -> Shape:
    try:
        return msgspec.json.decode(answer, type=shape)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ProviderUnavailableError(
            f"the e-mail provider's answer does not fit its API: {shape.__name__}"
        ) from error


def _secure_string(name: str) -> str:
    client = boto3.client("ssm", config=PATIENCE)
    return client.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
