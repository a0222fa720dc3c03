"""How often something is done in an hour (UTC): a set of keys, in which each is once."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from vouchers.adapters.items import epoch, key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ONE_HOUR = timedelta(hours=1)
COUNTED = timedelta(hours=2)
"""After that the hour is over, also for who has a clock that is behind."""


def count(
    client: "DynamoDBClient",
    table: str,
    *,
    user_id: str,
    what: str,
    once: str,
    limit: int,
    now: datetime,
) -> timedelta | None:
    """Put a key into the set of this hour, in one write; a key that is in it may always.

    :param what: is counted: the item's id is this with the hour.
    :param once: the key.
    :returns: how much is left of the hour if `limit` others are in the set; None if it is counted.
    """
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    try:
        client.update_item(
            TableName=table,
            Key=key(user_id, f"{what}{hour:%Y-%m-%dT%H}"),
            UpdateExpression="ADD begun :keys SET expiration = :expiration",
            ConditionExpression="attribute_not_exists(begun) OR size(begun) < :limit"
            " OR contains(begun, :key)",
            ExpressionAttributeValues={
                ":keys": {"SS": [once]},
                ":key": {"S": once},
                ":limit": {"N": str(limit)},
                ":expiration": epoch(hour + COUNTED),
            },
        )
    except client.exceptions.ConditionalCheckFailedException:
        return hour + ONE_HOUR - now
    return None
