"""Who has subscribed, in a DynamoDB table: partition key `id`, the address."""

import os
from typing import Protocol, Self

from blockwork.runtime.tables import TableAdapter


class Subscribers(Protocol):
    """Who has been welcomed: a table in production, a list in unit tests."""

    def welcomed(self, mail: str) -> None:
        """Count a welcome."""


class SubscriberTable(TableAdapter):
    """The port `Subscribers` on DynamoDB."""

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the table which the variable SUBSCRIBERS names."""
        return cls.named(os.environ["SUBSCRIBERS"])

    def welcomed(self, mail: str) -> None:
        """Count a welcome."""
        self._client.update_item(
            TableName=self._name,
            Key={"id": {"S": mail}},
            UpdateExpression="ADD welcomes :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )
