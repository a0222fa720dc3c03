"""The e-mail provider's HTTP API. Each request may be repeated: the provider knows it by its key.

`POST /campaigns` makes a campaign, `POST /campaigns/{id}/batches` adds up to 100 recipients,
`GET /campaigns/{id}/batches/{key}` says what has become of them, `POST /campaigns/{id}/send`
begins or goes on, `POST /campaigns/{id}/cancel` stops, `GET /campaigns/{id}` says how it stands. A
key that comes again with another body is answered 422, what comes too late 409.
"""

import os
import time
from collections.abc import Callable, Sequence
from typing import Annotated, Self, TypeVar
from urllib.parse import quote

import msgspec
import urllib3
from msgspec import Meta

from blockwork.runtime.outside_api import NoUsableAnswerError, OutsideApi
from blockwork.runtime.parameters import secure_string
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
        self._api = OutsideApi("the e-mail provider", url, api_key, timeout=timeout, sleep=sleep)
        self._callback_url = callback_url

    @classmethod
    def from_environment(cls) -> Self:
        """Ask at CAMPAIGN_URL with the key in the SecureString which PROVIDER_KEY_PARAMETER names.

        The provider calls back at CALLBACK_URL.
        """
        return cls(
            os.environ["CAMPAIGN_URL"],
            secure_string(os.environ["PROVIDER_KEY_PARAMETER"]),
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
        return self._read(answer, CreatedBody).id

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
        body = self._read(answer, ReportBody)
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
        return self._standing(self._ask("POST", f"{_path(provider_id)}/cancel", (200,))[1])

    def look_up(self, provider_id: str) -> Standing:
        """Ask how it stands."""
        return self._standing(self._ask("GET", _path(provider_id), (200,))[1])

    def _ask(
        self,
        method: str,
        path: str,
        answers: tuple[int, ...],
        *,
        body: object = None,
        key: str | None = None,
    ) -> tuple[int, bytes]:
        try:
            return self._api.ask(method, path, answers, tries=TRIES, body=body, key=key)
        except NoUsableAnswerError as error:
            raise ProviderUnavailableError(str(error)) from error

    def _standing(self, answer: bytes) -> Standing:
        body = self._read(answer, StandingBody)
        return Standing(status=body.status, mailed=body.mailed, sequence=body.sequence)

    def _read(self, answer: bytes, shape: type[Shape]) -> Shape:
        try:
            return self._api.read(answer, shape)
        except NoUsableAnswerError as error:
            raise ProviderUnavailableError(str(error)) from error


def _path(provider_id: str) -> str:
    return f"/campaigns/{quote(provider_id, safe='')}"
