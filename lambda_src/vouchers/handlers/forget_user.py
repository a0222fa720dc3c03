"""Forgets whom a user who is gone has bought vouchers for; what was paid stays written down."""

from shared.events import UserDeleted

from blockwork.runtime.consuming import consume
from blockwork.runtime.envelope import Envelope
from vouchers.adapters.forgetting_table import ForgettingTable
from vouchers.domain.forgetting import Recipients


def forget_user(envelope: Envelope[UserDeleted], *, recipients: Recipients) -> None:
    """Take the addresses out of all that is done."""
    recipients.forget(envelope.data.user_id)


handler = consume(UserDeleted, forget_user, recipients=ForgettingTable.from_environment)
