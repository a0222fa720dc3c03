"""The orders in a DynamoDB table: partition key `id`, one item an order."""

import os
from typing import Protocol, Self

from blockwork.runtime.tables import TableAdapter


class Orders(Protocol):
    """Where orders are kept: a table in production, a dictionary in unit tests."""

    def add(self, order_id: str, address: str) -> None:
        """Keep a new order."""

    def shipped(self, order_id: str) -> None:
        """Count a shipment of an order."""


class OrderTable(TableAdapter):
    """The port `Orders` on DynamoDB."""

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the table which the variable ORDERS names."""
        return cls.named(os.environ["ORDERS"])

    def add(self, order_id: str, address: str) -> None:
        """Keep a new order."""
        self._client.put_item(
            TableName=self._name, Item={"id": {"S": order_id}, "address": {"S": address}}
        )

    def shipped(self, order_id: str) -> None:
        """Count a shipment of an order."""
        self._client.update_item(
            TableName=self._name,
            Key={"id": {"S": order_id}},
            UpdateExpression="ADD shipments :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )
