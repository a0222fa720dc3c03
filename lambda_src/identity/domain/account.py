"""What becomes of a user who signs in: a profile if they have none, and what the token grants."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.permissions import Permission

from identity.domain.profile import Profile, first_profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What is kept of a user.

    :param permissions: the user's own.
    """

    has_profile: bool
    permissions: frozenset[Permission]


class Accounts(Protocol):
    """Where accounts are kept: the table in production, a dict in unit tests."""

    def account(self, user_id: str) -> Account:
        """Return what is kept of a user, who may be new."""

    def add_profile(self, profile: Profile) -> bool:
        """Keep a profile unless the user has one; return whether it was kept."""


def own_permissions(
    user_id: str, email: str, *, now: datetime, correlation_id: str, accounts: Accounts
) -> frozenset[Permission]:
    """Return what a user who signs in may do, and make up for a profile that is missing.

    Nobody confirms an invited user, or one of another identity provider, and the trigger that
    makes the profile may have failed.
    """
    account = accounts.account(user_id)
    if not account.has_profile:
        accounts.add_profile(first_profile(user_id, email, now=now, correlation_id=correlation_id))
    return account.permissions
