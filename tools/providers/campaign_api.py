"""The e-mail provider's HTTP API.

A campaign is made, its recipients handed over in batches, and then it is sent; each request may be
repeated. `POST callbackUrl` says what becomes of it, `GET` says it to whoever asks.
"""

import re
from typing import Any

from blockwork.local.fakes import (
    Answer,
    Fake,
    Place,
    RefusedError,
    Request,
    Webhooks,
    idempotency_key,
)
from tools.providers.campaigns import (
    MAILED,
    Batch,
    Campaign,
    Campaigns,
    OtherRequestError,
    Recipient,
    TooLateError,
)
from tools.providers.mailing import Mailing

MODES = {"pending": 1.0, "twice": 0.0, "early": 0.0, "fail": 0.0, "silent": 0.0}
MOST_RECIPIENTS = 100
LONGEST = {"subject": 200, "text": 20_000, "callbackUrl": 900}
LONGEST_OF_A_RECIPIENT = {"reference": 200, "email": 254, "unsubscribeUrl": 900}
"""Characters. A header's line holds 998 with its name (RFC 5322, 2.1.1), an address 254."""

CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
NO_CHARACTERS = re.compile(r"[\ud800-\udfff]")  # halves of pairs, which JSON may hold, not a mail


def campaign_provider(place: Place) -> Fake:
    """Take campaigns and send them, as they are to behave."""
    fake = Fake(place, key="key", modes=MODES)
    campaigns = Campaigns(place.directory / "campaigns.jsonl")
    webhooks = Webhooks(place, secret="webhooks")
    mailing = Mailing(campaigns, place.mail, webhooks)
    fake.on_start(mailing.resume)

    def asked(request: Request) -> Campaign:
        campaign = campaigns.find(request.parameters["id"])
        if campaign is None:
            raise RefusedError(404, "there is no such campaign")
        return campaign

    @fake.route("POST /campaigns")
    def create(request: Request) -> Answer:
        texts = _texts(request.json(), LONGEST)
        if not texts["callbackUrl"].startswith(("http://", "https://")):
            raise RefusedError(400, f"callbackUrl must be one, got {texts['callbackUrl']!r}")
        try:
            campaign, is_new = campaigns.create(
                idempotency_key(request),
                subject=texts["subject"],
                text=texts["text"],
                callback_url=texts["callbackUrl"],
            )
        except OtherRequestError as error:
            raise RefusedError(422, str(error)) from error
        return Answer.of(201 if is_new else 200, {"id": campaign.id})

    @fake.route("GET /campaigns/{id}")
    def find(request: Request) -> Answer:
        return Answer.of(200, _campaign_json(asked(request)))

    @fake.route("POST /campaigns/{id}/batches")
    def hand_over(request: Request) -> Answer:
        campaign, recipients = asked(request), _recipients(request.json())
        try:
            batch, is_new = campaigns.hand_over(campaign, idempotency_key(request), recipients)
        except OtherRequestError as error:
            raise RefusedError(422, str(error)) from error
        except TooLateError as error:
            raise RefusedError(409, str(error)) from error
        content = {"batch": batch.key, "accepted": len(batch.recipients)}
        return Answer.of(202 if is_new else 200, content)

    @fake.route("GET /campaigns/{id}/batches/{key}")
    def batch_of(request: Request) -> Answer:
        batch = asked(request).batches.get(request.parameters["key"])
        if batch is None:
            raise RefusedError(404, "there is no such batch")
        return Answer.of(200, _batch_json(batch))

    @fake.route("POST /campaigns/{id}/send")
    async def send(request: Request) -> Answer:
        campaign, how = asked(request), fake.behaviour
        try:
            begins = campaigns.begin(campaign, mode=how.mode, seconds=how.seconds, times=how.times)
        except TooLateError as error:
            raise RefusedError(409, str(error)) from error
        sending = mailing.start(campaign) if begins else None
        if sending and how.mode == "early":
            await sending
            await webhooks.tried(campaign.id)
        return Answer.of(202, _campaign_json(campaign))

    @fake.route("POST /campaigns/{id}/cancel")
    def cancel(request: Request) -> Answer:
        campaigns.cancel(asked(request))
        return find(request)

    return fake


def _texts(body: Any, longest: dict[str, int]) -> dict[str, str]:  # noqa: ANN401 -- JSON
    if not isinstance(body, dict):
        raise RefusedError(400, f"this must be an object, got {body!r:.100}")
    for name, most in longest.items():
        text = body.get(name)
        if not isinstance(text, str) or not 1 <= len(text) <= most:
            raise RefusedError(400, f"{name} must be 1 to {most} characters, got {text!r:.100}")
        if NO_CHARACTERS.search(text) or (name != "text" and CONTROLS.search(text)):
            raise RefusedError(400, f"{name} must be text of one line, got {text!r:.100}")
    return {name: body[name] for name in longest}


def _recipients(body: dict[str, Any]) -> list[Recipient]:
    given = body.get("recipients")
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_RECIPIENTS:
        raise RefusedError(400, f"recipients must be a list of 1 to {MOST_RECIPIENTS}")
    texts = [_texts(one, LONGEST_OF_A_RECIPIENT) for one in given]
    if len({one["reference"] for one in texts}) < len(texts):
        raise RefusedError(400, "each reference must be there once")
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
