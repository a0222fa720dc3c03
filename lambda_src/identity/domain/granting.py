"""What users may do: permissions of their own and of their groups, as many as a token holds."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from shared.permissions import LARGEST_CLAIM, Permission, claim_of

from blockwork.runtime.versions import UNWRITTEN, Seen, new_version

GROUP_PERMISSIONS: Mapping[str, frozenset[Permission]] = MappingProxyType(
    {"administrators": frozenset({Permission.parse("*:*")}), "customers": frozenset()}
)
"""What the members of each group may do besides; other groups grant nothing."""

EVERYBODY_ELSE = "customers"
"""The group of whoever is in none of these. Nobody is put into it: IAM cannot tell one group from
another, so a function that may add users to this one could make them administrators."""

# Each is compared with every wildcard that is left so far, of which only so many fit into a token.
MOST_PERMISSIONS = 500
WILDCARDS = re.compile(r"\*+")


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
    version: str = field(default_factory=new_version)


@dataclass(frozen=True, slots=True)
class Granted:
    """A user's own permissions.

    :param version: another one after each change.
    """

    permissions: frozenset[Permission] = frozenset()
    version: str = UNWRITTEN


class Grants(Protocol):
    """Where users' own permissions are kept: the table in production, a dict in unit tests."""

    def granted(self, user_id: str) -> Granted:
        """Return a user's own permissions; none for a user who was never granted any."""

    def grant(self, grant: Grant, *, seen: Seen | None = None) -> None:
        """Keep these instead of the permissions that the user had.

        :param seen: what the writer has seen of them. Default: they overwrite anything.
        :raises OutdatedError: with what is `Granted`, if it is something else than was seen.
        """


def counted_in(groups: Iterable[str]) -> tuple[str, ...]:
    """Return the groups that a user counts as a member of, from those that the pool names."""
    named = tuple(groups)
    is_in_ours = any(group in GROUP_PERMISSIONS for group in named)
    return named if is_in_ours else (*named, EVERYBODY_ELSE)


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
    needed: list[Permission] = []
    size = -1
    for permission in _uncovered(distinct):
        needed.append(permission)
        size += 1 + len(str(permission))
        if size > LARGEST_CLAIM:
            raise TooManyPermissionsError(
                f"the permissions of a user must fit into {LARGEST_CLAIM} bytes of their token,"
                f" these {len(distinct)} take {len(claim_of(distinct))}: use wildcards (*), such as"
                " `write` on `products/*`"
            )
    return frozenset(needed)


def granted_by_token(
    own: Iterable[Permission], groups: Iterable[str]
) -> tuple[frozenset[Permission], int]:
    """Return what a user's token grants, and how many permissions did not fit into it."""
    by_groups = [GROUP_PERMISSIONS.get(group, frozenset()) for group in groups]
    needed = list(_uncovered(set(own).union(*by_groups)))
    fitting: list[Permission] = []
    size = -1
    for permission in sorted(needed, key=str):
        size += 1 + len(str(permission))
        if size > LARGEST_CLAIM:
            break
        fitting.append(permission)
    return frozenset(fitting), len(needed) - len(fitting)


def _uncovered(permissions: set[Permission]) -> Iterator[Permission]:
    """Yield the permissions that no other one covers, what may cover others first."""
    wide: list[Permission] = []
    for permission in sorted(permissions, key=_narrowness):
        if any(other.covers(permission) for other in wide):
            continue
        yield permission
        if "*" in str(permission):
            wide.append(permission)


def _narrowness(permission: Permission) -> tuple[int, int, int, str]:
    """Return what is greater for one that another covers than for that other.

    All letters of the other are in it, and if it has no more, then fewer places of wildcards. Of
    two which cover each other, such as `*` and `**`, the shorter one comes first.
    """
    text = str(permission)
    return len(text) - text.count("*"), -len(WILDCARDS.findall(text)), len(text), text
