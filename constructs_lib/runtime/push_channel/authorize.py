"""Lambda authorizer of `$connect`: let in whoever brings a ticket nobody has used."""

import time
from functools import cache
from typing import Any, Protocol

from .log import log
from .ticket_table import TicketTable


class Tickets(Protocol):
    """The part of `TicketTable` that is used here."""

    def redeem(self, ticket: str, *, now: float) -> str | None:
        """Take a ticket out and return its user, if it is good."""


def authorize(event: dict[str, Any], *, tickets: Tickets, now: float) -> dict[str, Any]:
    """Return who connects, and whether they may."""
    ticket = (event.get("queryStringParameters") or {}).get("ticket") or ""
    user_id = tickets.redeem(ticket, now=now)
    if user_id is None:
        log("refused", connectionId=event["requestContext"]["connectionId"])
    statement = {
        "Action": "execute-api:Invoke",
        "Effect": "Deny" if user_id is None else "Allow",
        "Resource": event["methodArn"],
    }
    return {
        "principalId": user_id or "nobody",
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {} if user_id is None else {"userId": user_id},
    }


_tickets = cache(TicketTable.from_environment)


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda entry point."""
    return authorize(event, tickets=_tickets(), now=time.time())
