"""What users may do: permissions of their own and of their groups, as many as a token holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from shared.permissions import LARGEST_CLAIM, Permission, claim_of

GROUP_PERMISSIONS: Mapping[str, frozenset[Permission]] = MappingProxyType(
    {"administrators": frozenset({Permission.parse("*:*")}), "customers": frozenset()}
)
"""What the members of each group may do besides; other groups grant nothing."""

# Each is compared with every other one: twice as many would take four times as long.
MOST_PERMISSIONS = 500


class TooManyPermissionsError(Exception):
    """Somebody was to get more permissions than a token holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a user may do by themselves, and who said so when."""

    user_id: str
    permissions: frozenset[Permission]
    granted_by: str
    granted_at: datetime
    correlation_id: str


class Grants(Protocol):
    """Where users' own permissions are kept: the table in production, a dict in unit tests."""

    def permissions(self, user_id: str) -> frozenset[Permission]:
        """Return a user's own permissions; none for a user who was never granted any."""

    def grant(self, grant: Grant) -> None:
        """Keep these instead of the permissions that the user had."""


def fewest(permissions: Iterable[Permission]) -> frozenset[Permission]:
    """Return the permissions that allow the same without those which another one covers.

    :raises TooManyPermissionsError: if even these do not fit into a token.
    """
    distinct = set(permissions)
    if len(distinct) > MOST_PERMISSIONS:
        raise TooManyPermissionsError(
            f"a user may have at most {MOST_PERMISSIONS} permissions, got {len(distinct)}:"
            " use wildcards (*)"
        )
    needed = _without_covered(distinct)
    size = len(claim_of(needed))
    if size > LARGEST_CLAIM:
        raise TooManyPermissionsError(
            f"the permissions of a user must fit into {LARGEST_CLAIM} bytes of their token, these"
            f" {len(needed)} take {size}: use wildcards (*), such as `write` on `products/*`"
        )
    return needed


def granted_by_token(
    own: Iterable[Permission], groups: Iterable[str]
) -> tuple[frozenset[Permission], int]:
    """Return what a user's token grants, and how many permissions did not fit into it."""
    by_groups = [GROUP_PERMISSIONS.get(group, frozenset()) for group in groups]
    needed = _without_covered(set(own).union(*by_groups))
    fitting: list[Permission] = []
    size = -1
    for permission in sorted(needed, key=str):
        size += 1 + len(str(permission))
        if size > LARGEST_CLAIM:
            break
        fitting.append(permission)
    return frozenset(fitting), len(needed) - len(fitting)


def _without_covered(permissions: set[Permission]) -> frozenset[Permission]:
    # Shortest first, so that of two which cover each other, such as `*` and `**`, that one stays.
    ordered = sorted(permissions, key=lambda permission: (len(str(permission)), str(permission)))
    wide = [permission for permission in ordered if "*" in str(permission)]
    return frozenset(
        permission
        for permission in ordered
        if not any(_makes_needless(other, permission) for other in wide)
    )


def _makes_needless(one: Permission, other: Permission) -> bool:
    if one == other or not one.covers(other):
        return False
    return not other.covers(one) or (len(str(one)), str(one)) < (len(str(other)), str(other))
