"""Users who are gone: who deletes their account here is told at once, others are found at night.

Cognito calls no trigger when an account is deleted by its own API, so each night the table is held
against the directory. What is kept of such a user is replaced by a mark, which names nobody and
stays for as long as something of them may still come: from a token that has not expired, or out of
a failure chain. All that time the other services are told again each night; to forget somebody
twice does no harm.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from identity.domain.directory import DirectoryBusyError

PARTS = 16
"""A run that has no time for all users begins another night with another part of them."""
A_RUN_TAKES = timedelta(minutes=13)
"""Lambda ends a function after 15 minutes."""
MARKED = timedelta(days=15)
"""A failure chain keeps events for 14 days."""
A_FEW = 20


class AnotherDirectoryError(Exception):
    """The directory knows nobody who is in the table: it is not the one they are of."""

    def __init__(self, count: int) -> None:
        super().__init__(
            f"none of {count} users of the table is in the user pool, so nobody was forgotten:"
            " look whether the function is told the right pool (USER_POOL_ID) and the pool has"
            " its users"
        )


class KnownUsers(Protocol):
    """Everybody of whom something is kept."""

    def user_ids(self, part: int, *, of: int) -> Iterator[str]:
        """Yield the ids in one of several parts of equal size, in no order, each once."""
        ...


class Leaving(Protocol):
    """What is kept of users who are gone."""

    def forget(self, user_id: str, *, at: datetime) -> datetime:
        """Delete what is kept of a user but the mark, and return when that was first made."""
        ...

    def unmark(self, user_id: str) -> None:
        """Delete the mark."""
        ...


class Admission(Protocol):
    """Who lets users in."""

    def end(self, username: str) -> None:
        """Let nobody sign in as this user ever again; nothing happens if nobody could.

        :param username: what the directory calls them, which is not always their id.
        :raises DirectoryBusyError: if it should be asked later.
        """
        ...


class Membership(Protocol):
    """Who may sign in."""

    def is_gone(self, user_id: str) -> bool:
        """Tell whether the directory says in so many words that there is no such user.

        :raises DirectoryBusyError: if it cannot be asked now.
        """
        ...


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a run has found.

    :param gone: of whom something is kept who cannot sign in any more.
    :param looked_at: how many users were asked for.
    :param is_complete: whether these are all.
    """

    gone: tuple[str, ...]
    looked_at: int
    is_complete: bool


def find_gone(
    *,
    run_at: datetime,
    known: KnownUsers,
    members: Membership,
    now: Callable[[], datetime],
    pause: Callable[[], None],
) -> Sweep:
    """Look for users who are gone, until all are looked at or the time or the directory is out.

    :param run_at: when the run was meant for, whose day says where it begins.
    :param pause: waits before each question, so that sign-ins find the directory at leisure.
    :raises AnotherDirectoryError: if it knows none of those in the table, and they are many.
    """
    end, looked_at, is_complete = now() + A_RUN_TAKES, 0, True
    gone: list[str] = []
    first = run_at.toordinal() % PARTS
    try:
        for part in (*range(first, PARTS), *range(first)):
            for user_id in known.user_ids(part, of=PARTS):
                if now() >= end:
                    raise TimeoutError
                pause()
                if members.is_gone(user_id):
                    gone.append(user_id)
                looked_at += 1
    except (TimeoutError, DirectoryBusyError):
        is_complete = False
    if len(gone) == looked_at >= A_FEW:
        raise AnotherDirectoryError(looked_at)
    return Sweep(tuple(gone), looked_at, is_complete)


def forget(user_id: str, *, at: datetime, leaving: Leaving) -> None:
    """Delete what is kept of a user who is gone, the mark too after a while.

    :param at: when they were found to be gone.
    """
    if at - leaving.forget(user_id, at=at) > MARKED:
        leaving.unmark(user_id)
