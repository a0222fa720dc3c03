"""The tickets in a DynamoDB table: partition key `ticketHash`, removed after `expiresAt`."""

import math
import os
from typing import Self

from blockwork.runtime.tables import TableAdapter
from identity.domain.tickets import StoredTicket


class TicketTable(TableAdapter):
    """The port `Tickets` on DynamoDB."""

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the table which the variable TICKETS_TABLE names."""
        return cls.named(os.environ["TICKETS_TABLE"])

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
