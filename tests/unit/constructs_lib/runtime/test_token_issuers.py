"""Several issuers: each is believed by its own keys, and only what it says of itself."""

import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import jwt
import pytest

from constructs_lib.runtime.token_authorizer.authorize import Issuer, Rules, authorize
from constructs_lib.runtime.token_authorizer.keys import IssuerKeys
from tests.issuer import Key, ec_key, forged, good_claims, key_set, rsa_key

OURS, THEIRS = "https://pool.example", "https://login.partner.example"
A, B = rsa_key("a"), ec_key("b")
SAME_ID = rsa_key("shared"), ec_key("shared")
RULES = Rules(algorithms=("RS256", "ES256"), clock_skew=0, claims=("sub", "iss"))


def keys_of(*keys: Key) -> IssuerKeys:
    return IssuerKeys(lambda: key_set(keys), algorithms=RULES.algorithms, life=300)


def ask(token: str, **changes: Issuer) -> dict[str, Any]:
    issuers = {
        OURS: Issuer(
            audiences=("site",), keys=keys_of(A, SAME_ID[0]), requires={"token_use": "id"}
        ),
        THEIRS: Issuer(audiences=("orders",), keys=keys_of(B, SAME_ID[1])),
    }
    return authorize(
        {"identitySource": [f"Bearer {token}"]}, rules=RULES, issuers={**issuers, **changes}
    )


def ours(**changes: Any) -> dict[str, Any]:
    return good_claims(**{"iss": OURS, "aud": "site", "token_use": "id", **changes})


def theirs(**changes: Any) -> dict[str, Any]:
    return good_claims(**{"iss": THEIRS, "aud": "orders", **changes})


@pytest.mark.parametrize(
    ("key", "claims"),
    # Made when they are asked for: what is made when tests are collected expires before a late one.
    [(A, ours), (B, theirs), (SAME_ID[0], ours), (SAME_ID[1], theirs)],
)
def test_each_issuers_tokens_are_good_by_its_own_keys(
    key: Key, claims: Callable[[], dict[str, Any]]
) -> None:
    answer = ask(key.sign(claims()))

    assert answer == {
        "isAuthorized": True, "context": {"sub": "partner-7", "iss": claims()["iss"]}
    }  # fmt: skip


def by_the_others_public_key() -> str:
    unsigned = forged({"alg": "HS256", "kid": A.kid}, ours()).rstrip(".")
    mac = hmac.new(A.public_pem, unsigned.encode(), hashlib.sha256).digest()
    return f"{unsigned}.{jwt.utils.base64url_encode(mac).decode()}"


BAD: dict[str, Callable[[], str]] = {
    "one's name and the other's key": lambda: B.sign(ours()),
    "the other's name and one's key": lambda: A.sign(theirs()),
    "one's name, and a key that both have an id for": lambda: SAME_ID[1].sign(ours()),
    "one's name, the id of its key, signed by the other": lambda: B.sign(
        ours(), headers={"kid": A.kid}
    ),
    "one's key under the algorithm of the other's": lambda: forged(
        {"alg": "ES256", "kid": A.kid}, ours(), b"x" * 64
    ),
    "the public key as a secret": by_the_others_public_key,
    "an audience of the other's": lambda: A.sign(ours(aud="orders")),
    "an issuer whom nobody trusts": lambda: A.sign(ours(iss="https://elsewhere.example")),
    "an access token": lambda: A.sign(ours(token_use="access")),
    "no use": lambda: A.sign({n: v for n, v in ours().items() if n != "token_use"}),
    "both as issuers": lambda: forged({"alg": "RS256", "kid": A.kid}, ours(iss=[OURS, THEIRS])),
}


@pytest.mark.parametrize("make", BAD.values(), ids=BAD.keys())
def test_a_token_is_refused_that_has(make: Callable[[], str]) -> None:
    assert ask(make()) == {"isAuthorized": False}


def test_an_issuer_that_is_down_does_not_keep_the_others_callers_out() -> None:
    down = IssuerKeys(lambda: b"", algorithms=RULES.algorithms, life=300)

    answer = ask(B.sign(theirs()), **{OURS: Issuer(audiences=("site",), keys=down)})

    assert answer["isAuthorized"] is True


def test_strangers_do_not_make_us_ask_anybody() -> None:
    asked: list[str] = []

    def fetch() -> bytes:
        asked.append("asked")
        return key_set([A])

    keys = IssuerKeys(fetch, algorithms=RULES.algorithms, life=300)

    ask(A.sign(ours(iss="https://elsewhere.example")), **{OURS: Issuer(audiences=(), keys=keys)})

    assert asked == []
