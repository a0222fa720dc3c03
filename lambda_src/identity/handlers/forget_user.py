"""Forgets a user who is gone: profile and permissions."""

from shared.events import UserDeleted

from blockwork.runtime.consuming import consume
from blockwork.runtime.envelope import Envelope
from identity.adapters.leaving_table import LeavingTable
from identity.domain.deletion import Leaving, forget


def forget_user(envelope: Envelope[UserDeleted], *, leaving: Leaving) -> None:
    """Delete what is kept of the user."""
    forget(envelope.data.user_id, at=envelope.metadata.time, leaving=leaving)


handler = consume(UserDeleted, forget_user, leaving=LeavingTable.from_environment)
