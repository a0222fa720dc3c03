"""The e-mail provider's HTTP API.

A campaign is made, its recipients handed over in batches, and then it is sent; each request may be
repeated. `POST callbackUrl` says what becomes of it, `GET` says it to whoever asks.
"""

import re
from typing import Any

from tools.providers.callbacks import Callbacks
from tools.providers.campaigns import (
    MAILED,
    Batch,
    Campaign,
    Campaigns,
    OtherRequestError,
    Recipient,
    TooLateError,
)
from tools.providers.control import Control
from tools.providers.http import DOWN, NOT_FOUND, Answer, Request
from tools.providers.keys import WRONG_KEY, KeyFile
from tools.providers.mailing import Mailing

MOST_RECIPIENTS = 100
LONGEST = {"subject": 200, "text": 20_000, "callbackUrl": 900}
LONGEST_OF_A_RECIPIENT = {"reference": 200, "email": 254, "unsubscribeUrl": 900}
"""Characters. A header's line holds 998 with its name (RFC 5322, 2.1.1), an address 254."""

CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
NO_CHARACTERS = re.compile(r"[\ud800-\udfff]")  # halves of pairs, which JSON may hold, not a mail


class InvalidRequestError(ValueError):
    """The request cannot be understood; the message says why."""


class CampaignApi:
    """Takes campaigns and sends them, as `control` wants it.

    :param key: the secret that a customer must know.
    """

    def __init__(
        self,
        campaigns: Campaigns,
        mailing: Mailing,
        callbacks: Callbacks,
        key: KeyFile,
        control: Control,
    ) -> None:
        self._campaigns = campaigns
        self._mailing = mailing
        self._callbacks = callbacks
        self._key = key
        self._control = control

    async def answer(self, request: Request) -> Answer:
        """Answer a request."""
        if not self._key.is_known_to(request):
            return WRONG_KEY
        if self._control.of("campaigns").mode == "down":
            return DOWN
        try:
            return await self._answer(request)
        except OtherRequestError as error:
            return Answer.of(422, {"error": str(error)})
        except TooLateError as error:
            return Answer.of(409, {"error": str(error)})
        except InvalidRequestError as error:
            return Answer.of(400, {"error": str(error)})

    async def _answer(self, request: Request) -> Answer:
        if (request.method, request.path) == ("POST", ("campaigns",)):
            return self._create(request)
        campaign = self._campaigns.find(request.path[1]) if len(request.path) > 1 else None
        if campaign is None:
            return NOT_FOUND
        match request.method, request.path[2:]:
            case "GET", ():
                return Answer.of(200, _campaign_json(campaign))
            case "POST", ("batches",):
                return self._hand_over(campaign, request)
            case "GET", ("batches", key) if key in campaign.batches:
                return Answer.of(200, _batch_json(campaign.batches[key]))
            case "POST", ("send",):
                await self._send(campaign)
                return Answer.of(202, _campaign_json(campaign))
            case "POST", ("cancel",):
                self._campaigns.cancel(campaign)
                return Answer.of(200, _campaign_json(campaign))
        return NOT_FOUND

    def _create(self, request: Request) -> Answer:
        texts = _texts(_body(request), LONGEST)
        if not texts["callbackUrl"].startswith(("http://", "https://")):
            raise InvalidRequestError(f"callbackUrl must be one, got {texts['callbackUrl']!r}")
        campaign, is_new = self._campaigns.create(
            _key(request),
            subject=texts["subject"],
            text=texts["text"],
            callback_url=texts["callbackUrl"],
        )
        return Answer.of(201 if is_new else 200, {"id": campaign.id})

    def _hand_over(self, campaign: Campaign, request: Request) -> Answer:
        recipients = _recipients(_body(request))
        batch, is_new = self._campaigns.hand_over(campaign, _key(request), recipients)
        content = {"batch": batch.key, "accepted": len(batch.recipients)}
        return Answer.of(202 if is_new else 200, content)

    async def _send(self, campaign: Campaign) -> None:
        how = self._control.of("campaigns")
        begins = self._campaigns.begin(
            campaign, mode=how.mode, seconds=how.seconds, times=how.times
        )
        sending = self._mailing.start(campaign) if begins else None
        if sending and how.mode == "early":
            await sending
            await self._callbacks.tried(campaign)


def _key(request: Request) -> str:
    key = request.headers.get("idempotency-key", "")
    if not 1 <= len(key) <= 200 or "/" in key:
        raise InvalidRequestError(
            f"Idempotency-Key must be 1 to 200 characters without /, got {key[:220]!r}"
        )
    return key


def _body(request: Request) -> dict[str, Any]:
    try:
        return dict(request.json())
    except (TypeError, ValueError) as error:
        raise InvalidRequestError(f"the body must be a JSON object: {error}") from error


def _texts(body: Any, longest: dict[str, int]) -> dict[str, str]:  # noqa: ANN401 -- JSON
    if not isinstance(body, dict):
        raise InvalidRequestError(f"this must be an object, got {body!r:.100}")
    for name, most in longest.items():
        text = body.get(name)
        if not isinstance(text, str) or not 1 <= len(text) <= most:
            raise InvalidRequestError(f"{name} must be 1 to {most} characters, got {text!r:.100}")
        if NO_CHARACTERS.search(text) or (name != "text" and CONTROLS.search(text)):
            raise InvalidRequestError(f"{name} must be text of one line, got {text!r:.100}")
    return {name: body[name] for name in longest}


def _recipients(body: dict[str, Any]) -> list[Recipient]:
    given = body.get("recipients")
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_RECIPIENTS:
        raise InvalidRequestError(f"recipients must be a list of 1 to {MOST_RECIPIENTS}")
    texts = [_texts(one, LONGEST_OF_A_RECIPIENT) for one in given]
    if len({one["reference"] for one in texts}) < len(texts):
        raise InvalidRequestError("each reference must be there once")
    return [
        Recipient(
            reference=one["reference"],
            email=one["email"],
            unsubscribe_url=one["unsubscribeUrl"],
        )
        for one in texts
    ]


def _campaign_json(campaign: Campaign) -> dict[str, Any]:
    return {
        "id": campaign.id,
        "status": campaign.status,
        "mailed": campaign.mailed,
        "rejected": campaign.rejected,
        "sequence": campaign.sequence,
    }


def _batch_json(batch: Batch) -> dict[str, Any]:
    outcomes = list(batch.outcomes.items())
    return {
        "references": [one.reference for one in batch.recipients],
        "mailed": sum(outcome == MAILED for _, outcome in outcomes),
        "rejected": [
            {"reference": reference, "reason": outcome}
            for reference, outcome in outcomes
            if outcome != MAILED
        ],
    }
