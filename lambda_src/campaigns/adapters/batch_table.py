"""The batches of campaigns in the campaigns' table: see `items` for what is in it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from blockwork.runtime.expressions import projection, setting
from blockwork.runtime.tables import TableAdapter
from campaigns.adapters.items import (
    BATCH_ATTRIBUTES,
    BATCHES,
    KEYS,
    OUTCOME_ATTRIBUTES,
    batch_item,
    batch_item_key,
    batch_of,
    counts,
    outcome_of_item,
)
from campaigns.domain.accounting import Outcome
from campaigns.domain.campaign import Reason
from campaigns.domain.campaigns import Batch

IS_NEW = "attribute_not_exists(itemId)"


class BatchTable(TableAdapter):
    """What the port `Campaigns` does with batches, on DynamoDB."""

    def last_batch(self, campaign_id: str) -> Batch | None:
        """Read the batches backwards."""
        answer = self._client.query(
            TableName=self._name,
            KeyConditionExpression="kind = :batches",
            ExpressionAttributeValues={":batches": {"S": BATCHES + campaign_id}},
            ScanIndexForward=False,
            ConsistentRead=True,
            Limit=1,
            **projection([*KEYS, *BATCH_ATTRIBUTES]),
        )
        return batch_of(answer["Items"][0]) if answer["Items"] else None

    def add_batch(self, campaign_id: str, batch: Batch) -> None:
        """Keep a batch, never in the place of another."""
        new = self._new(batch_item(campaign_id, batch, now=datetime.now(UTC)))
        self._unless_refused(**{name: value for name, value in new.items() if name != "TableName"})

    def batch(self, campaign_id: str, number: int) -> Batch:
        """Return a batch, as it is after every write that has been answered."""
        item = self._item(batch_item_key(campaign_id, number), BATCH_ATTRIBUTES)
        if item is None:
            raise LookupError(f"campaign {campaign_id} has no batch {number}")
        return batch_of(item)

    def settle(self, campaign_id: str, number: int, *, left: Mapping[str, Reason]) -> None:
        """Write down who has left, once."""
        self._unless_refused(
            Key=batch_item_key(campaign_id, number),
            UpdateExpression="SET settled = :settled, departed = :left",
            ConditionExpression="attribute_not_exists(settled)",
            ExpressionAttributeValues={
                ":settled": {"BOOL": True},
                ":left": {"M": {user: {"S": reason} for user, reason in left.items()}},
            },
        )

    def record(self, campaign_id: str, number: int, outcome: Outcome) -> None:
        """Write the outcome of a batch, over what was written before."""
        self._client.update_item(
            TableName=self._name,
            Key=batch_item_key(campaign_id, number),
            UpdateExpression="SET mailed = :mailed, notMailed = :notMailed",
            ExpressionAttributeValues={
                ":mailed": {"N": str(outcome.mailed)},
                ":notMailed": counts(outcome.not_mailed),
            },
        )

    def outcomes(self, campaign_id: str, *, batches: int) -> Iterable[Outcome]:
        """Read all batches, whose numbers have no gap."""
        found = dict(self._outcomes(campaign_id))
        missing = [number for number in range(1, batches + 1) if number not in found]
        if missing:
            raise LookupError(f"campaign {campaign_id} has no outcome of batches {missing[:10]}")
        return [found[number] for number in range(1, batches + 1)]

    def _outcomes(self, campaign_id: str) -> Iterator[tuple[int, Outcome]]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._name,
            KeyConditionExpression="kind = :batches",
            ExpressionAttributeValues={":batches": {"S": BATCHES + campaign_id}},
            ConsistentRead=True,
            **projection([*KEYS, *OUTCOME_ATTRIBUTES]),
        )
        for page in pages:
            for item in page["Items"]:
                if "mailed" in item:
                    yield int(item["itemId"]["S"]), outcome_of_item(item)

    def _unless_refused(self, **update: Any) -> bool:  # noqa: ANN401
        """Update an item; False if its condition is not met."""
        try:
            self._client.update_item(TableName=self._name, **update)
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _item(self, key_: Mapping[str, Any], attributes: Iterable[str]) -> dict[str, Any] | None:
        answer = self._client.get_item(
            TableName=self._name,
            Key=key_,
            **projection([*KEYS, *attributes]),
            ConsistentRead=True,
        )
        return answer.get("Item")

    def _new(self, item: dict[str, Any]) -> Any:  # noqa: ANN401
        """Return the request that makes an item, never in the place of another."""
        update = setting(item, key=KEYS)
        return {"TableName": self._name, **update, "ConditionExpression": IS_NEW}
