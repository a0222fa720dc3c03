"""Users of a deployed stage that a run of tests makes for itself, and removes."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Protocol, Self

MADE_FOR_TESTS = "success+blockwork-"
MAILBOX = "simulator.amazonses.com"
"""Takes every mail and troubles nobody, in SES's sandbox too, without a bounce; what comes after a
`+` is free ("Using the mailbox simulator", Amazon SES developer guide)."""
LEFT_BEHIND_AFTER = timedelta(hours=1)
"""No run takes as long: a user of that age is one of a run that was killed."""


@dataclass(frozen=True, kw_only=True)
class TemporaryUser:
    """Somebody who can sign in until the run is over.

    :param user_id: the claim `sub` of every token.
    """

    user_id: str
    email: str
    password: str


class Forgets(Protocol):
    """Removes what a stage keeps of users."""

    def forget(self, user_ids: Sequence[str]) -> None:
        """Remove it, and what comes late."""


class TemporaryUsers:
    """Users of a user pool for the time of a `with` block.

    ::

        with TemporaryUsers(boto3.client("cognito-idp"), pool_id) as users:
            administrator = users.make("administrators")

    No mail invites them, and their passwords are good at once. At its end they are removed; at its
    beginning, those that another run has left which was killed more than an hour ago. They are told
    from real users by their addresses, which begin with `success+blockwork-` and are those of SES's
    mailbox simulator.

    :param pool: a client of `cognito-idp` that may list, make and delete users.
    :param pool_id: of the user pool; mail addresses are what its users sign in with.
    :param items: what else of them is to go, such as :class:`UserItems`; it goes first, so that a
        user whose items are there is there too. Default: nothing.
    """

    def __init__(self, pool: Any, pool_id: str, *, items: Forgets | None = None) -> None:  # noqa: ANN401
        self._pool = pool
        self._pool_id = pool_id
        self._items = items
        self._made: dict[str, str] = {}
        self.run = secrets.token_hex(6)
        """Tells this run from all others: names of what its tests make may have it in them."""

    def __enter__(self) -> Self:
        """Remove what was left behind."""
        self._remove(dict(self.left_behind()))
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        """Remove who was made."""
        self._remove(self._made)

    def make(self, *groups: str) -> TemporaryUser:
        """Make somebody who is in these groups, which exist."""
        email = f"{MADE_FOR_TESTS}{self.run}-{len(self._made)}@{MAILBOX}"
        password = f"Aa1-{secrets.token_urlsafe(18)}"
        user = {"UserPoolId": self._pool_id, "Username": email}
        attributes = {"email": email, "email_verified": "true"}
        self._made[email] = ""  # removed even if the answer never comes
        answer = self._pool.admin_create_user(
            **user,
            MessageAction="SUPPRESS",
            UserAttributes=[{"Name": k, "Value": v} for k, v in attributes.items()],
        )
        self._made[email] = user_id = _id_of(answer["User"]["Attributes"])
        self._pool.admin_set_user_password(**user, Password=password, Permanent=True)
        for group in groups:
            self._pool.admin_add_user_to_group(**user, GroupName=group)
        return TemporaryUser(user_id=user_id, email=email, password=password)

    def left_behind(self) -> Iterator[tuple[str, str]]:
        """Yield address and id of everybody whom a run has left that was killed."""
        pages = self._pool.get_paginator("list_users").paginate(
            UserPoolId=self._pool_id, Filter=f'email ^= "{MADE_FOR_TESTS}"'
        )
        before = datetime.now(UTC) - LEFT_BEHIND_AFTER
        for user in (user for page in pages for user in page["Users"]):
            email = next(a["Value"] for a in user["Attributes"] if a["Name"] == "email")
            # The filter ignores cases, and nobody else's account may be deleted.
            is_ours = email.startswith(MADE_FOR_TESTS) and email.endswith(f"@{MAILBOX}")
            if is_ours and user["UserCreateDate"] < before:
                yield email, _id_of(user["Attributes"])

    def _remove(self, users: dict[str, str]) -> None:
        if self._items and (known := [user_id for user_id in users.values() if user_id]):
            self._items.forget(known)
        for email in list(users):
            # Never made, or somebody was quicker.
            with suppress(self._pool.exceptions.UserNotFoundException):
                self._pool.admin_delete_user(UserPoolId=self._pool_id, Username=email)
            del users[email]


def _id_of(attributes: Sequence[dict[str, str]]) -> str:
    return next(each["Value"] for each in attributes if each["Name"] == "sub")
