"""Who is calling: the user from the claims which API Gateway has verified."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from blockwork.runtime.demands import demands_permission
from blockwork.runtime.http import Request
from blockwork.runtime.problems import ProblemError
from shared.permissions import CLAIM, Permission, permissions_in


@dataclass(frozen=True, slots=True)
class User:
    """A signed-in user.

    :param user_id: the user pool's id of the user (the claim `sub`).
    :param groups: the user pool groups the user is in.
    :param permissions: what the user may do, groups included; see `can`.
    :param email: the user's address; empty if the token does not say it.
    """

    user_id: str
    groups: frozenset[str]
    permissions: frozenset[Permission] = frozenset()
    email: str = ""


def user_of(request: Request) -> User:
    """Return who has sent a request; raises as `user_from_claims` does."""
    return user_from_claims(request.claims)


def user_from_claims(claims: Mapping[str, object]) -> User:
    """Return the user of a verified Cognito ID token.

    :raises ProblemError: 401, without claims or with those of another kind of token. The
        authorizer of an HTTP API accepts access tokens too, which lack what we know of a user.
    """
    if not claims:
        raise ProblemError(401, "sign in and send the ID token as `Authorization: Bearer <token>`")
    if claims.get("token_use") != "id":
        raise ProblemError(
            401,
            "the token must be a Cognito ID token (token_use `id`),"
            f" got token_use {claims.get('token_use')!r}",
        )
    return User(
        user_id=str(claims["sub"]),
        groups=_groups(claims.get("cognito:groups")),
        permissions=permissions_in(claims.get(CLAIM)),
        email=str(claims.get("email", "")),
    )


def can(user: User, action: str, resource: str) -> bool:
    """Whether the user may do this. What no permission allows is denied.

    ::

        can(user, "write", "products")

    """
    return any(permission.allows(action, resource) for permission in user.permissions)


@demands_permission("{action}:{resource}")
def require(user: User, action: str, resource: str) -> None:
    """Let only those pass who may do this.

    :raises ProblemError: 403 for everybody else.
    """
    if not can(user, action, resource):
        raise ProblemError(
            403,
            f"you need the permission to {action} {resource}; ask an administrator for it, and"
            " sign in again once you have it",
        )


def _groups(claim: object) -> frozenset[str]:
    """Read a list claim, which HTTP APIs hand over as `[first second]`, others as a JSON list."""
    if isinstance(claim, list):
        return frozenset(map(str, claim))
    if not isinstance(claim, str):
        return frozenset()
    try:
        return frozenset(msgspec.json.decode(claim, type=list[str]))
    except msgspec.DecodeError:
        # Cognito forbids white space in a group's name, so it can only be the separator.
        return frozenset(claim.removeprefix("[").removesuffix("]").split())
