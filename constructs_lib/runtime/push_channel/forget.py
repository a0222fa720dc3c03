"""Target of a rule: an event says that a user is gone, so all that is kept of them goes."""

from functools import cache
from typing import Any, Protocol

from .channel_table import ChannelTable
from .log import log


class UnusableEventError(Exception):
    """An event names no user: trying again cannot help, mending its producer can."""


class Users(Protocol):
    """The part of `ChannelTable` that is used here."""

    def forget(self, user_id: str) -> int:
        """Delete all that is kept of a user and return how many items it was."""


def forget(event: dict[str, Any], *, users: Users) -> None:
    """Forget connections and messages; a tab that is still open is told nothing any more.

    :raises UnusableEventError: if the event names no user.
    """
    try:
        user_id = event["detail"]["data"]["userId"]
    except (KeyError, TypeError):
        user_id = None
    if not isinstance(user_id, str) or not user_id:
        raise UnusableEventError(
            f"detail.data.userId must be a text that is not empty, got {type(user_id).__name__}"
        )
    log("forgotten", userId=user_id, items=users.forget(user_id))


_users = cache(ChannelTable.from_environment)


def handler(event: dict[str, Any], _context: object) -> None:
    """Lambda entry point."""
    forget(event, users=_users())
