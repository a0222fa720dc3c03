"""Tickets: each lets a signed-in user open one WebSocket connection, soon.

A WebSocket's address is written to logs, so no token may be in it. A ticket may: it counts once
and for a minute, and only what it hashes to is kept.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

VALIDITY = timedelta(seconds=60)
RANDOM_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTicket:
    """What is kept of a ticket.

    :param ticket_hash: SHA-256 of its text, in hexadecimal digits.
    """

    ticket_hash: str
    user_id: str
    expires_at: datetime


class Tickets(Protocol):
    """Where tickets are kept until they are used: the table, or a list in unit tests."""

    def add(self, ticket: StoredTicket) -> None:
        """Keep a ticket."""


def new_ticket() -> str:
    """Return a text that nobody can guess."""
    return secrets.token_urlsafe(RANDOM_BYTES)


def issue_ticket(
    user_id: str, *, now: datetime, tickets: Tickets, random_text: Callable[[], str] = new_ticket
) -> str:
    """Return a ticket for the user, which counts from now on."""
    ticket = random_text()
    tickets.add(
        StoredTicket(
            ticket_hash=hashlib.sha256(ticket.encode()).hexdigest(),
            user_id=user_id,
            expires_at=now + VALIDITY,
        )
    )
    return ticket
