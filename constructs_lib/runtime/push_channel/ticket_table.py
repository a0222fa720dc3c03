"""The table of tickets, of which each opens one connection."""

import hashlib
import os
from typing import TYPE_CHECKING, Self

import boto3

from .patience import FOR_TABLES

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class TicketTable:
    """Tickets that nobody can read: only their hashes are kept.

    :param client: a DynamoDB client.
    :param name: the table's name.
    """

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self._client = client
        self._name = name

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the table in TICKETS_TABLE."""
        return cls(boto3.client("dynamodb", config=FOR_TABLES), os.environ["TICKETS_TABLE"])

    def redeem(self, ticket: str, *, now: float) -> str | None:
        """Take a ticket out and return its user; None if it is used, expired or unknown."""
        try:
            taken = self._client.delete_item(
                TableName=self._name,
                Key={"ticketHash": {"S": hashlib.sha256(ticket.encode()).hexdigest()}},
                ConditionExpression="expiresAt > :now",
                ExpressionAttributeValues={":now": {"N": str(now)}},
                ReturnValues="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return None
        return taken["Attributes"]["userId"]["S"]
