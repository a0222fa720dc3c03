"""Lambda authorizer of an HTTP API (payload 2.0, simple response) for JWTs of trusted issuers.

Whose token it is, its `iss` says, and nobody else's keys are looked at: what one issuer signs in
the name of another is signed by nobody.

Whoever comes with a good token gets in, with the claims that handlers want; any other token is
refused. While there are no keys to tell one from the other, the invocation fails: the caller gets
500 and tries again, where a refusal would make it throw a good token away.
"""

import json
import logging
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

import jwt

from .keys import IssuerKeys, download

# RFC 6750 and RFC 7515; API Gateway takes no more than 10 kB of headers.
BEARER = re.compile(r"(?i:bearer) +([\w-]+\.[\w-]+\.[\w-]*)", re.ASCII)
BARE = re.compile(r"([\w-]+\.[\w-]+\.[\w-]*)", re.ASCII)
FIT_TO_PRINT = re.compile(r"[A-Za-z0-9_=+/-]{1,64}")
REQUIRED = ["exp", "iss", "aud", "sub"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Whose tokens are taken.

    :param audiences: a token for one of them is for us.
    :param requires: claims that its tokens must have, with their values.
    """

    audiences: tuple[str, ...]
    keys: IssuerKeys
    requires: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What makes a token good, whoever issued it.

    :param clock_skew: seconds that the issuer's clock and ours may differ.
    :param claims: which ones the handlers get.
    :param scopes: a token must have one of them; none: it need not have any.
    :param is_bare: whether the header holds the token alone, without `Bearer`.
    """

    algorithms: tuple[str, ...]
    clock_skew: float
    claims: tuple[str, ...]
    scopes: tuple[str, ...] = ()
    is_bare: bool = False

    @classmethod
    def from_environment(cls) -> "Rules":
        """Read what the block has set."""
        return cls(
            algorithms=tuple(json.loads(os.environ["ALGORITHMS"])),
            clock_skew=float(os.environ["CLOCK_SKEW_SECONDS"]),
            claims=tuple(json.loads(os.environ["CLAIMS"])),
            scopes=tuple(json.loads(os.environ["SCOPES"])),
            is_bare=os.environ["HEADER"].lower() != "authorization",
        )


class UnknownIssuerError(jwt.InvalidTokenError):
    """The token is of nobody whom we trust."""


class UnfitClaimsError(jwt.InvalidTokenError):
    """The token is the issuer's, and not of the kind that we take."""


class UnknownKeyError(jwt.InvalidTokenError):
    """The issuer has no key of the id that the token names."""


def authorize(
    event: Mapping[str, Any], *, rules: Rules, issuers: Mapping[str, Issuer]
) -> dict[str, Any]:
    """Answer API Gateway's question.

    :param issuers: by what `iss` says.
    :raises KeysUnavailableError: if it cannot be answered.
    """
    # The identity source is what API Gateway remembers an answer by, where it is told to.
    given = (BARE if rules.is_bare else BEARER).fullmatch(event["identitySource"][0])
    if given is None:
        return _refuse("no token" if rules.is_bare else "no bearer token")
    header: Mapping[str, Any] = {}
    try:
        header = jwt.get_unverified_header(given[1])
        claims = _verified(given[1], header, rules=rules, issuers=issuers)
    except jwt.PyJWTError as error:
        # Its text may hold what the caller wrote into the token.
        return _refuse(type(error).__name__, header.get("kid"))
    if rules.scopes and not _scopes(claims) & {*rules.scopes}:
        return _refuse("InsufficientScope", header.get("kid"))
    wanted = {name: claims[name] for name in rules.claims if name in claims}
    return {"isAuthorized": True, "context": {name: _text(wanted[name]) for name in wanted}}


def _verified(
    token: str, header: Mapping[str, Any], *, rules: Rules, issuers: Mapping[str, Issuer]
) -> Mapping[str, Any]:
    if header.get("alg") not in rules.algorithms:
        raise jwt.InvalidAlgorithmError
    said = jwt.decode(token, options={"verify_signature": False}).get("iss")
    issuer = issuers.get(said) if isinstance(said, str) else None
    if issuer is None:
        raise UnknownIssuerError
    key = issuer.keys.find(header.get("kid", ""))
    if key is None:
        raise UnknownKeyError
    claims: Mapping[str, Any] = jwt.decode(
        token,
        key,
        algorithms=rules.algorithms,
        issuer=said,
        audience=issuer.audiences,
        leeway=rules.clock_skew,
        options={"require": REQUIRED, "enforce_minimum_key_length": True},
    )
    if any(claims.get(name) != value for name, value in issuer.requires.items()):
        raise UnfitClaimsError
    return claims


def _scopes(claims: Mapping[str, Any]) -> set[str]:
    """Return what a token allows, by RFC 9068 (`scope`) or as others say it (`scp`)."""
    found: set[str] = set()
    for claim in (claims.get("scope"), claims.get("scp")):
        each = claim.split(" ") if isinstance(claim, str) else claim
        found |= {one for one in each if isinstance(one, str)} if isinstance(each, list) else set()
    return found


def _text(claim: object) -> str:
    return claim if isinstance(claim, str) else json.dumps(claim)


def _refuse(reason: str, key_id: object = None) -> dict[str, Any]:
    shown = key_id if isinstance(key_id, str) and FIT_TO_PRINT.fullmatch(key_id) else "not shown"
    logger.warning("refused: %s (key id: %s)", reason, "none" if key_id is None else shown)
    return {"isAuthorized": False}


@cache
def _from_environment() -> tuple[Rules, Mapping[str, Issuer]]:
    rules = Rules.from_environment()
    life = float(os.environ["KEYS_CACHE_SECONDS"])
    return rules, {
        each["issuer"]: Issuer(
            audiences=tuple(each["audiences"]),
            requires=each["requires"],
            keys=IssuerKeys(
                partial(download, each["jwksUrl"]), algorithms=rules.algorithms, life=life
            ),
        )
        for each in json.loads(os.environ["ISSUERS"])
    }


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda entry point."""
    rules, issuers = _from_environment()
    return authorize(event, rules=rules, issuers=issuers)
