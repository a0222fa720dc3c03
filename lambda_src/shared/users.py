"""Who is calling: the user from the claims which API Gateway has verified."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from shared.problems import ProblemError

ADMINISTRATORS = "administrators"


@dataclass(frozen=True, slots=True)
class User:
    """A signed-in user.

    :param user_id: the user pool's id of the user (the claim `sub`).
    :param groups: the user pool groups the user is in.
    """

    user_id: str
    groups: frozenset[str]


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
    return User(user_id=str(claims["sub"]), groups=_groups(claims.get("cognito:groups")))


def require_group(user: User, group: str) -> None:
    """Let only members of `group` pass.

    :raises ProblemError: 403 for everybody else.
    """
    if group not in user.groups:
        raise ProblemError(403, f"only members of the group {group!r} may do this")


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
