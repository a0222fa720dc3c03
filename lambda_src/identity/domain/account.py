"""What becomes of a user who signs in: a profile if they have none, and what the token grants."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.permissions import Permission

from identity.domain.profile import Profile, first_profile
from identity.domain.sign_up import check_blocked


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What is kept of a user.

    :param email: the address in their profile; None if they have no profile.
    :param permissions: the user's own.
    """

    email: str | None
    permissions: frozenset[Permission]


class Accounts(Protocol):
    """Where accounts are kept: the table in production, a dict in unit tests."""

    def account(self, user_id: str) -> Account:
        """Return what is kept of a user, who may be new."""

    def add_profile(self, profile: Profile) -> bool:
        """Keep a profile unless the user has one; return whether it was kept."""

    def change_address(self, user_id: str, email: str) -> None:
        """Keep the address that a user has now, if they have a profile."""


def own_permissions(
    user_id: str,
    email: str,
    *,
    now: datetime,
    correlation_id: str,
    accounts: Accounts,
    blocked_domains: Iterable[str],
) -> frozenset[Permission]:
    """Return what a user who signs in may do, and make up for a profile that is missing or behind.

    Nobody confirms an invited user, or one of another identity provider, and the trigger that
    makes the profile may have failed. No trigger says that an address has changed, which mails go
    to that nobody asked for in this moment.

    :param blocked_domains: which no address may be changed to; who has one already keeps it.
    :raises SignUpRefusedError: if the user has changed theirs to one of these.
    """
    account = accounts.account(user_id)
    if account.email is not None and account.email.lower() != email.lower():
        check_blocked(email, blocked_domains=blocked_domains)
    if account.email is None:
        accounts.add_profile(first_profile(user_id, email, now=now, correlation_id=correlation_id))
    elif account.email != email:
        accounts.change_address(user_id, email)
    return account.permissions
