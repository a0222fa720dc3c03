"""The items of the campaigns' table: partition key `kind`, sort key `itemId`.

All campaigns are of the kind `campaigns`, by their ids, which sort by time. The batches of
one are of `batches#<campaignId>`, as `00001` and so on; `providers` leads from the provider's ids
to ours, and `keys#<userId>` from a user's Idempotency-Keys. No item holds a mail address.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from campaigns.domain.accounting import Outcome
from campaigns.domain.campaign import Campaign, CampaignStatus, Reason, Subject, Text
from campaigns.domain.campaigns import Batch

Item = dict[str, Any]

CAMPAIGNS = "campaigns"
PROVIDERS = "providers"
BATCHES = "batches#"
KEYS_OF = "keys#"

KEYS = ("kind", "itemId")
EXPIRATION = "expiration"
STANDING_ATTRIBUTES = ("status", "recipients", "batches", "mailed", "cancelRequestedAt")
SHOWN_ATTRIBUTES = (
    *STANDING_ATTRIBUTES,
    "subject",
    "statusSince",
    "createdAt",
    "correlationId",
    "notMailed",
    "providerId",
    "reason",
)
CAMPAIGN_ATTRIBUTES = (*SHOWN_ATTRIBUTES, "text")
BATCH_ATTRIBUTES = ("userIds", "usersBefore", "nextToken", "settled", "departed")
OUTCOME_ATTRIBUTES = ("mailed", "notMailed")
LINK_ATTRIBUTES = ("campaignId",)
"""Which attributes a function may touch, its stack says by the same names."""

BATCHES_KEPT = timedelta(days=90)
"""How long it is known who was in an audience: the failure chain keeps what failed for 14 days."""
KEYS_KEPT = timedelta(days=40)


def key(kind: str, item_id: str) -> Item:
    """Return the key of an item."""
    return {"kind": {"S": kind}, "itemId": {"S": item_id}}


def batch_item_key(campaign_id: str, number: int) -> Item:
    """Return the key of a batch, whose numbers sort as text."""
    return key(BATCHES + campaign_id, f"{number:05}")


def iso(moment: datetime) -> str:
    """Return a time as text that sorts by time, too."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def epoch(moment: datetime) -> Item:
    """Return a time as DynamoDB's time to live wants it."""
    return {"N": str(math.ceil(moment.timestamp()))}


def counts(by_reason: Mapping[Reason, int]) -> Item:
    """Return numbers by reason as an attribute."""
    return {"M": {str(reason): {"N": str(count)} for reason, count in by_reason.items()}}


def campaign_item(campaign: Campaign) -> Item:
    """Return a new campaign as an item."""
    return {
        **key(CAMPAIGNS, campaign.campaign_id),
        "subject": {"S": campaign.subject},
        "text": {"S": campaign.text},
        "status": {"S": campaign.status},
        "statusSince": {"S": iso(campaign.status_since)},
        "createdAt": {"S": iso(campaign.created_at)},
        "correlationId": {"S": campaign.correlation_id},
        "recipients": {"N": "0"},
        "batches": {"N": "0"},
        "mailed": {"N": "0"},
    }


def campaign_of(item: Mapping[str, Any]) -> Campaign:
    """Return the campaign in an item, of the table or of its stream; lists read it without text."""
    text = {name: value["S"] for name, value in item.items() if "S" in value}
    cancelled = text.get("cancelRequestedAt")
    return Campaign(
        campaign_id=text["itemId"],
        subject=Subject(text["subject"]),
        text=Text(text.get("text", "-")),
        status=CampaignStatus(text["status"]),
        status_since=datetime.fromisoformat(text["statusSince"]),
        created_at=datetime.fromisoformat(text["createdAt"]),
        correlation_id=text["correlationId"],
        recipients=int(item["recipients"]["N"]),
        batches=int(item["batches"]["N"]),
        mailed=int(item["mailed"]["N"]),
        not_mailed=_counts_of(item),
        provider_id=text.get("providerId"),
        cancel_requested_at=datetime.fromisoformat(cancelled) if cancelled else None,
        reason=text.get("reason"),
    )


def batch_item(campaign_id: str, batch: Batch, *, now: datetime) -> Item:
    """Return a new batch as an item."""
    after: Item = {} if batch.next_token is None else {"nextToken": {"S": batch.next_token}}
    return {
        **batch_item_key(campaign_id, batch.number),
        "userIds": {"L": [{"S": user} for user in batch.user_ids]},
        "usersBefore": {"N": str(batch.before)},
        EXPIRATION: epoch(now + BATCHES_KEPT),
        **after,
    }


def batch_of(item: Mapping[str, Any]) -> Batch:
    """Return the batch in an item."""
    left = item.get("departed", {"M": {}})["M"]
    return Batch(
        number=int(item["itemId"]["S"]),
        user_ids=tuple(user["S"] for user in item["userIds"]["L"]),
        before=int(item["usersBefore"]["N"]),
        next_token=item["nextToken"]["S"] if "nextToken" in item else None,
        settled="settled" in item,
        left={user: Reason(reason["S"]) for user, reason in left.items()},
    )


def outcome_of_item(item: Mapping[str, Any]) -> Outcome:
    """Return the outcome in the item of a batch."""
    return Outcome(mailed=int(item["mailed"]["N"]), not_mailed=_counts_of(item))


def is_campaign(item: Mapping[str, Any]) -> bool:
    """Whether an item is that of a campaign."""
    return bool(item["kind"]["S"] == CAMPAIGNS)


def _counts_of(item: Mapping[str, Any]) -> dict[Reason, int]:
    numbers = item.get("notMailed", {"M": {}})["M"]
    return {Reason(reason): int(count["N"]) for reason, count in numbers.items()}
