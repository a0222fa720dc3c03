"""Target of a rule: an event says that a user is gone, so all that is kept of them goes."""

from functools import cache
from typing import Any, Protocol

from .channel_table import ChannelTable
from .log import log
from .news import Forms, told_forms, user_of


class Users(Protocol):
    """The part of `ChannelTable` that is used here."""

    def forget(self, user_id: str) -> int:
        """Delete all that is kept of a user and return how many items it was."""


def forget(event: dict[str, Any], *, users: Users, forms: Forms) -> None:
    """Forget connections and messages; a tab that is still open is told nothing any more.

    :param forms: of events that name their user in another way than ours.
    :raises UnusableEventError: if the event names no user.
    """
    user_id = user_of(event, forms)
    log("forgotten", userId=user_id, items=users.forget(user_id))


_users = cache(ChannelTable.from_environment)


def handler(event: dict[str, Any], _context: object) -> None:
    """Lambda entry point."""
    forget(event, users=_users(), forms=told_forms())
