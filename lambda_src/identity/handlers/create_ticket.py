"""POST /tickets: lets a signed-in user open one WebSocket connection."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypedDict

from shared.users import user_of

from blockwork.runtime.http import Request, Response, http_handler
from identity.adapters.ticket_table import TicketTable
from identity.domain.tickets import VALIDITY, Tickets, issue_ticket


class TicketView(TypedDict):
    """What opens one WebSocket connection.

    `expiresIn` is in seconds.
    """

    ticket: str
    expiresIn: int


def create_ticket(
    request: Request,
    *,
    tickets: Tickets,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Response[TicketView]:
    """Answer 200 with a ticket."""
    ticket = issue_ticket(user_of(request).user_id, now=now(), tickets=tickets)
    return Response.ok({"ticket": ticket, "expiresIn": int(VALIDITY.total_seconds())})


handler = http_handler(create_ticket, tickets=TicketTable.from_environment)
