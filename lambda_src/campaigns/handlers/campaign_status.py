"""POST /webhooks/campaign-status: the provider says how far it has come."""

from typing import Annotated, Literal, TypedDict

import msgspec
from msgspec import Meta

from blockwork.runtime.http import Request, Response, http_handler
from blockwork.runtime.problems import ProblemError
from blockwork.runtime.webhooks import WebhookVerifier
from campaigns.adapters.campaign_table import CampaignTable
from campaigns.adapters.doorbell import CallbackDoorbell
from campaigns.domain.campaigns import (
    Campaigns,
    Doorbell,
    TooManyMailedError,
    UnknownCallbackError,
    called_back,
)

OurCount = Annotated[int, Meta(ge=0, le=2**53)]
Word = Annotated[str, Meta(min_length=1, max_length=128)]


class CallbackBody(msgspec.Struct, frozen=True):
    """What the provider says; further fields are its own affair."""

    id: Word
    campaign: Word
    status: Literal["pending", "sent", "failed"]
    mailed: OurCount
    sequence: OurCount


class ArrivalView(TypedDict):
    """What came of a callback."""

    arrival: str


def campaign_status(
    request: Request, *, webhooks: WebhookVerifier, campaigns: Campaigns, doorbell: Doorbell
) -> Response[ArrivalView]:
    """Answer 200 with what came of it; nothing changes unless the signature is right and new."""
    with webhooks.verified(request):
        body = _read(request.body)
        arrival = called_back(
            provider_id=body.campaign,
            message_id=body.id,
            status=body.status,
            mailed=body.mailed,
            sequence=body.sequence,
            campaigns=campaigns,
            doorbell=doorbell,
        )
    return Response.ok({"arrival": arrival})


def _read(body: bytes) -> CallbackBody:
    try:
        return msgspec.json.decode(body, type=CallbackBody)
    except msgspec.ValidationError as error:
        raise ProblemError(422, f"the body does not fit: {error}") from error
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ProblemError(400, f"the body must be JSON in UTF-8: {error}") from error


handler = http_handler(
    campaign_status,
    errors={UnknownCallbackError: 404, TooManyMailedError: 422},
    webhooks=WebhookVerifier.from_environment,
    campaigns=CampaignTable.from_environment,
    doorbell=CallbackDoorbell.from_environment,
)
