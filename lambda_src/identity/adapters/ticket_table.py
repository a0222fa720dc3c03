"""The tickets in a DynamoDB table: partition key `ticketHash`, removed after `expiresAt`."""

import math
import os
from typing import TYPE_CHECKING, Self

import boto3

from blockwork.runtime.aws import PATIENCE
from identity.domain.tickets import StoredTicket

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class TicketTable:
    """The port `Tickets` on DynamoDB.

    :param client: a DynamoDB client.
    :param name: the table's name.
    """

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self._client = client
        self._name = name

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the table which the variable TICKETS_TABLE names."""
        return cls(boto3.client("dynamodb", config=PATIENCE), os.environ["TICKETS_TABLE"])

    def add(self, ticket: StoredTicket) -> None:
        """Keep a ticket; the time is in seconds, as DynamoDB's time to live wants it.

        Without a condition: botocore repeats what had no answer, and no two tickets are alike.
        """
        self._client.put_item(
            TableName=self._name,
            Item={
                "ticketHash": {"S": ticket.ticket_hash},
                "userId": {"S": ticket.user_id},
                "expiresAt": {"N": str(math.floor(ticket.expires_at.timestamp()))},
            },
        )
