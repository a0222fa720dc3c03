"""The users as the user pool knows them."""

from dataclasses import dataclass
from typing import Protocol


class UnknownUserError(Exception):
    """Somebody asked for a user whom the directory does not have."""

    def __init__(self, user_id: str) -> None:
        super().__init__(f"there is no user {user_id}")


class InvalidPageError(Exception):
    """Somebody asked for a page with a token that the directory did not give, or gave long ago."""

    def __init__(self) -> None:
        super().__init__(
            "nextToken must be one that this list answered with; leave it out to start again"
        )


class DirectoryBusyError(Exception):
    """The directory takes no more requests at the moment.

    :param retry_after: in how many seconds it may.
    """

    retry_after = 2

    def __init__(self) -> None:
        super().__init__(
            f"the user directory is busy; repeat the request in {self.retry_after} seconds"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryUser:
    """Somebody who may sign in.

    :param email: empty where the user came from outside without one.
    :param status: the user pool's word for it, such as CONFIRMED, or DISABLED.
    """

    user_id: str
    email: str
    groups: tuple[str, ...]
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UserPage:
    """Some of the users.

    :param after: where to go on; None if these were the last ones. A page may have less users than
        asked for, or none, and not be the last.
    """

    users: tuple[DirectoryUser, ...]
    after: str | None


class Directory(Protocol):
    """Who the users are: Cognito in production, a list in unit tests."""

    def page(self, *, limit: int, after: str | None) -> UserPage:
        """Return at most `limit` users: the first ones, or those that follow `after`.

        :raises InvalidPageError: if no page has ended at `after`.
        :raises DirectoryBusyError: if it should be asked later.
        """

    def check(self, user_id: str) -> None:
        """Make sure that there is a user.

        :raises UnknownUserError: if there is none.
        :raises DirectoryBusyError: if it should be asked later.
        """
