"""The campaigns in their table: see `items` for what is in it."""

import os
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from blockwork.runtime.expressions import projection
from campaigns.adapters.batch_table import BatchTable
from campaigns.adapters.items import (
    CAMPAIGN_ATTRIBUTES,
    CAMPAIGNS,
    EXPIRATION,
    KEYS,
    KEYS_KEPT,
    KEYS_OF,
    LINK_ATTRIBUTES,
    PROVIDERS,
    SHOWN_ATTRIBUTES,
    campaign_item,
    campaign_of,
    counts,
    epoch,
    iso,
    key,
)
from campaigns.domain.accounting import Outcome
from campaigns.domain.campaign import Campaign, CampaignStatus
from campaigns.domain.campaigns import (
    CampaignPage,
    NumbersMovedError,
    UnknownCallbackError,
    UnknownCampaignError,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import QueryInputTypeDef

STATUS = {"#status": "status"}  # a reserved word of DynamoDB
UNFINISHED = {
    ":preparing": {"S": CampaignStatus.PREPARING},
    ":sending": {"S": CampaignStatus.SENDING},
}
IS_UNFINISHED = "#status IN (:preparing, :sending)"


class CampaignTable(BatchTable):
    """The port `Campaigns` on DynamoDB."""

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the table which the variable CAMPAIGNS_TABLE names."""
        return cls.named(os.environ["CAMPAIGNS_TABLE"])

    def start(self, campaign: Campaign, *, user_id: str, key: str | None) -> Campaign:
        """Keep a campaign and its key in one transaction, or return the one that is there."""
        items = [campaign_item(campaign)]
        if key is not None:
            link = {
                **_key_item_key(user_id, key),
                "campaignId": {"S": campaign.campaign_id},
                EXPIRATION: epoch(campaign.created_at + KEYS_KEPT),
            }
            items.append(link)
        try:
            self._client.transact_write_items(
                TransactItems=[{"Update": self._new(item)} for item in items]
            )
        except self._client.exceptions.TransactionCanceledException:
            kept = self._kept(campaign.campaign_id, user_id, key)
            if kept is None:
                raise
            return kept
        return campaign

    def page(self, *, limit: int, after: str | None) -> CampaignPage:
        """Return some campaigns, newest first, since their ids sort by time; without texts."""
        query: QueryInputTypeDef = {
            "TableName": self._name,
            "KeyConditionExpression": "kind = :campaigns",
            "ExpressionAttributeValues": {":campaigns": {"S": CAMPAIGNS}},
            "ScanIndexForward": False,
            "ConsistentRead": True,
            "Limit": limit,
            **projection([*KEYS, *SHOWN_ATTRIBUTES]),  # type: ignore[typeddict-item]
        }
        if after is not None:
            query["ExclusiveStartKey"] = key(CAMPAIGNS, after)
        answer = self._client.query(**query)
        last = answer.get("LastEvaluatedKey")
        return CampaignPage(
            campaigns=tuple(campaign_of(item) for item in answer["Items"]),
            last_id=last["itemId"]["S"] if last else None,
        )

    def get(self, campaign_id: str) -> Campaign:
        """Return a campaign, as it is after every write that has been answered."""
        item = self._item(key(CAMPAIGNS, campaign_id), CAMPAIGN_ATTRIBUTES)
        if item is None:
            raise UnknownCampaignError(campaign_id)
        return campaign_of(item)

    def by_provider_id(self, provider_id: str) -> Campaign:
        """Follow the link from the provider's id."""
        link = self._item(key(PROVIDERS, provider_id), LINK_ATTRIBUTES)
        if link is None:
            raise UnknownCallbackError(provider_id)
        return self.get(link["campaignId"]["S"])

    def request_cancel(self, campaign_id: str, *, now: datetime) -> Campaign:
        """Write down when that was wanted first."""
        self._unless_refused(
            Key=key(CAMPAIGNS, campaign_id),
            UpdateExpression="SET cancelRequestedAt = :now",
            ConditionExpression=f"{IS_UNFINISHED} AND attribute_not_exists(cancelRequestedAt)",
            ExpressionAttributeNames=STATUS,
            ExpressionAttributeValues={**UNFINISHED, ":now": {"S": iso(now)}},
        )
        return self.get(campaign_id)

    def freeze(self, campaign_id: str, *, recipients: int, batches: int, now: datetime) -> Campaign:
        """Change status and numbers in one step."""
        self._unless_refused(
            Key=key(CAMPAIGNS, campaign_id),
            UpdateExpression="SET #status = :sending, statusSince = :now, recipients = :recipients,"
            " batches = :batches",
            ConditionExpression="#status = :preparing",
            ExpressionAttributeNames=STATUS,
            ExpressionAttributeValues={
                **UNFINISHED,
                ":now": {"S": iso(now)},
                ":recipients": {"N": str(recipients)},
                ":batches": {"N": str(batches)},
            },
        )
        return self.get(campaign_id)

    def link(self, campaign_id: str, *, provider_id: str) -> None:
        """Keep both ways in one transaction: no callback can come before."""
        there = {
            "TableName": self._name,
            "Key": key(CAMPAIGNS, campaign_id),
            "UpdateExpression": "SET providerId = :provider",
            "ConditionExpression": "attribute_not_exists(providerId) OR providerId = :provider",
            "ExpressionAttributeValues": {":provider": {"S": provider_id}},
        }
        back = {
            "TableName": self._name,
            "Key": key(PROVIDERS, provider_id),
            "UpdateExpression": "SET campaignId = :campaign",
            "ConditionExpression": "attribute_not_exists(campaignId) OR campaignId = :campaign",
            "ExpressionAttributeValues": {":campaign": {"S": campaign_id}},
        }
        self._client.transact_write_items(
            TransactItems=[{"Update": there}, {"Update": back}]  # type: ignore[typeddict-item]
        )

    def note_mailed(self, campaign_id: str, mailed: int) -> None:
        """Raise the number, if that is what it does."""
        self._unless_refused(
            Key=key(CAMPAIGNS, campaign_id),
            UpdateExpression="SET mailed = :mailed",
            ConditionExpression="#status = :sending AND mailed < :mailed AND recipients >= :mailed",
            ExpressionAttributeNames=STATUS,
            ExpressionAttributeValues={
                ":sending": {"S": CampaignStatus.SENDING},
                ":mailed": {"N": str(mailed)},
            },
        )

    def end(
        self,
        campaign_id: str,
        status: CampaignStatus,
        *,
        outcome: Outcome,
        reason: str | None,
        now: datetime,
    ) -> None:
        """Change status and numbers in one step, unless it is over."""
        given: dict[str, Any] = {":reason": {"S": reason}} if reason else {}
        ended = self._unless_refused(
            Key=key(CAMPAIGNS, campaign_id),
            UpdateExpression="SET #status = :status, statusSince = :now, mailed = :mailed,"
            f" notMailed = :notMailed{', reason = :reason' if reason else ''}",
            ConditionExpression="#status = :sending AND mailed <= :mailed",
            ExpressionAttributeNames=STATUS,
            ExpressionAttributeValues={
                ":sending": {"S": CampaignStatus.SENDING},
                ":status": {"S": status},
                ":now": {"S": iso(now)},
                ":mailed": {"N": str(outcome.mailed)},
                ":notMailed": counts(outcome.not_mailed),
                **given,
            },
        )
        if not ended and not self.get(campaign_id).status.is_final:
            raise NumbersMovedError

    def _kept(self, campaign_id: str, user_id: str, idempotency_key: str | None) -> Campaign | None:
        """Return the campaign of a key, or the one that botocore repeated."""
        if idempotency_key is not None:
            link = self._item(_key_item_key(user_id, idempotency_key), LINK_ATTRIBUTES)
            campaign_id = link["campaignId"]["S"] if link else campaign_id
        item = self._item(key(CAMPAIGNS, campaign_id), CAMPAIGN_ATTRIBUTES)
        return campaign_of(item) if item else None


def _key_item_key(user_id: str, idempotency_key: str) -> dict[str, Any]:
    return key(KEYS_OF + user_id, idempotency_key)
