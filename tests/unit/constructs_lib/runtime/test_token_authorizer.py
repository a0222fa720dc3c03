import hashlib
import hmac
import json
import logging
import time
from dataclasses import replace
from typing import Any

import jwt
import pytest

from constructs_lib.runtime.token_authorizer.authorize import Issuer, Rules, authorize
from constructs_lib.runtime.token_authorizer.keys import IssuerKeys, KeysUnavailableError
from tests.issuer import AUDIENCE, ISSUER, ec_key, forged, good_claims, key_set, rsa_key

RSA, EC = rsa_key("rsa-1"), ec_key("ec-1")
RULES = Rules(
    algorithms=("RS256", "ES256"),
    clock_skew=60,
    claims=("sub", "iss", "scope", "roles"),
)


def ask(given: str, shown: bytes | None = None, rules: Rules = RULES) -> dict[str, Any]:
    """Ask whether a value of the header lets its bearer in."""
    keys = IssuerKeys(
        lambda: key_set([RSA, EC]) if shown is None else shown,
        algorithms=rules.algorithms,
        life=300,
    )
    return authorize({"identitySource": [given]}, rules=rules, issuers=only(keys))


def only(keys: IssuerKeys) -> dict[str, Issuer]:
    return {ISSUER: Issuer(audiences=(AUDIENCE, "invoices"), keys=keys)}


def lets_in(token: str, shown: bytes | None = None, rules: Rules = RULES) -> bool:
    return bool(ask(f"Bearer {token}", shown, rules)["isAuthorized"])


def tampered() -> str:
    header, _, signature = RSA.sign().split(".")
    other = forged({}, good_claims(sub="somebody-else")).split(".")[1]
    return f"{header}.{other}.{signature}"


def signed_with_the_public_key() -> str:
    """Return a token for a verifier that takes the public key for a secret (RFC 8725, 2.1)."""
    unsigned = forged({"alg": "HS256", "kid": RSA.kid}, good_claims()).rstrip(".")
    mac = hmac.new(RSA.public_pem, unsigned.encode(), hashlib.sha256).digest()
    return f"{unsigned}.{jwt.utils.base64url_encode(mac).decode()}"


@pytest.mark.parametrize("key", [RSA, EC], ids=["RS256", "ES256"])
def test_a_good_token_lets_in_and_hands_its_claims_on_as_text(key: Any) -> None:
    claims = good_claims(roles=["reader", "writer"], email="ada@partner.example")

    answer = ask(f"Bearer {key.sign(claims)}")

    assert answer == {
        "isAuthorized": True,
        "context": {
            "sub": "partner-7",
            "iss": ISSUER,
            "scope": "orders:write",
            "roles": '["reader", "writer"]',
        },
    }


BAD = {
    "a signature by somebody else's key of the same id": lambda: rsa_key("theirs").sign(
        headers={"kid": RSA.kid}
    ),
    "a payload changed after signing": tampered,
    "no signature": lambda: RSA.sign().rpartition(".")[0] + ".",
    "an algorithm of none": lambda: forged({"alg": "none", "kid": RSA.kid}, good_claims()),
    "none, written otherwise": lambda: forged({"alg": "nOnE", "kid": RSA.kid}, good_claims()),
    "the public key as a secret": signed_with_the_public_key,
    "no algorithm": lambda: forged({"kid": RSA.kid}, good_claims(), b"x" * 256),
    "an algorithm that is no text": lambda: forged({"alg": ["RS256"]}, good_claims(), b"x"),
    "an algorithm for another type of key": lambda: forged(
        {"alg": "ES256", "kid": RSA.kid}, good_claims(), b"x" * 64
    ),
    "a key id the issuer does not have": lambda: rsa_key("theirs").sign(),
    "no key id": lambda: jwt.encode(good_claims(), RSA.private, "RS256"),
    "a key id that is no text": lambda: forged({"alg": "RS256", "kid": 7}, good_claims(), b"x"),
    "a key of its own in the header": lambda: rsa_key("theirs").sign(
        headers={"kid": RSA.kid, "jwk": rsa_key("theirs").jwk()}
    ),
    "an extension that must be understood": lambda: RSA.sign(headers={"crit": ["x"], "x": 1}),
    "a payload that is elsewhere": lambda: forged(
        {"alg": "RS256", "kid": RSA.kid, "b64": False, "crit": ["b64"]}, {}, b"x"
    ),
    "a header nested too deep": lambda: (
        jwt.utils.base64url_encode(b"[" * 5_000).decode() + ".e30.eA"
    ),
    "a payload that is no object": lambda: jwt.PyJWS().encode(
        b"[]", RSA.private, "RS256", headers={"kid": RSA.kid}
    ),
    "a payload nested too deep": lambda: nested("RS256"),
    "no end": lambda: RSA.sign(good_claims("exp")),
    "an end that is no number": lambda: RSA.sign(good_claims(exp="tomorrow")),
    "an end that is infinite": lambda: RSA.sign(good_claims(exp=float("inf"))),
    "an end in the past": lambda: RSA.sign(good_claims(exp=int(time.time()) - 62)),
    "a beginning in the future": lambda: RSA.sign(good_claims(nbf=int(time.time()) + 90)),
    "an issue in the future": lambda: RSA.sign(good_claims(iat=int(time.time()) + 90)),
    "an issuer that is no text": lambda: signed_by_hand(iss=[ISSUER]),
    "no issuer": lambda: RSA.sign(good_claims("iss")),
    "another issuer": lambda: RSA.sign(good_claims(iss=f"{ISSUER}/")),
    "no audience": lambda: RSA.sign(good_claims("aud")),
    "another audience": lambda: RSA.sign(good_claims(aud="order")),
    "only other audiences": lambda: RSA.sign(good_claims(aud=["shop", "billing"])),
    "no subject": lambda: RSA.sign(good_claims("sub")),
    "a subject that is no text": lambda: signed_by_hand(sub=7),
}


def nested(algorithm: str) -> str:
    header = json.dumps({"alg": algorithm, "kid": RSA.kid}).encode()
    payload = b"[" * 50_000
    return ".".join(jwt.utils.base64url_encode(each).decode() for each in (header, payload, b"x"))


def signed_by_hand(**changes: Any) -> str:
    """Return a token that the library refuses to make, with a good signature."""
    content = json.dumps(good_claims(**changes)).encode()
    return jwt.PyJWS().encode(content, RSA.private, "RS256", headers={"kid": RSA.kid})


@pytest.mark.parametrize("make", BAD.values(), ids=BAD.keys())
def test_a_token_is_refused_that_has(make: Any) -> None:
    assert ask(f"Bearer {make()}") == {"isAuthorized": False}


@pytest.mark.parametrize(
    "given",
    ["", "Bearer", "Bearer ", "Bearer x", "Bearer a.b", "Bearer ..", "Bearer \ud800.a.b", "Ä.b.c"],
)
def test_garbage_is_refused(given: str) -> None:
    assert ask(given) == {"isAuthorized": False}


def test_a_good_token_needs_its_scheme_and_nothing_else() -> None:
    token = RSA.sign()

    assert ask(f"bearer {token}")["isAuthorized"]
    for given in (token, f"Basic {token}", f"Bearer {token} ", f"Bearer {token},Bearer {token}"):
        assert not ask(given)["isAuthorized"], given


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": -50},
        {"nbf": 50},
        {"iat": 50},
    ],
    ids=["exp", "nbf", "iat"],
)
def test_clocks_may_differ_by_the_skew(claims: dict[str, int]) -> None:
    shifted = {name: int(time.time()) + seconds for name, seconds in claims.items()}

    assert lets_in(RSA.sign(good_claims(**shifted)))


def test_one_of_several_audiences_is_enough() -> None:
    assert lets_in(RSA.sign(good_claims(aud=["shop", "invoices"])))


def test_an_algorithm_that_is_not_wanted_is_refused() -> None:
    only_rsa = Rules(algorithms=("RS256",), clock_skew=0, claims=())

    assert lets_in(RSA.sign(), rules=only_rsa)
    assert not lets_in(EC.sign(), rules=only_rsa)


def test_a_key_that_is_too_short_is_not_trusted() -> None:
    short = rsa_key("short", 1024)
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        token = short.sign()

    assert not lets_in(token, key_set([short]))


@pytest.mark.parametrize(
    "changes",
    [{"use": "enc"}, {"alg": "PS256"}, {"alg": "HS256"}, {"alg": "ES256"}, {"kid": 7}],
    ids=str,
)
def test_a_key_of_another_purpose_is_not_trusted(changes: dict[str, Any]) -> None:
    shown = key_set([RSA.jwk(**changes), EC])

    assert not lets_in(RSA.sign(), shown)
    assert lets_in(EC.sign(), shown)


def test_a_key_need_not_say_what_it_is_for() -> None:
    jwk = {name: value for name, value in RSA.jwk().items() if name not in ("alg", "use")}

    assert lets_in(RSA.sign(), key_set([jwk]))


def test_a_secret_among_the_keys_is_not_used_as_one() -> None:
    secret = {"kty": "oct", "kid": "secret", "k": jwt.utils.base64url_encode(b"s" * 32).decode()}
    token = jwt.encode(good_claims(), b"s" * 32, "HS256", headers={"kid": "secret"})

    assert not lets_in(token, key_set([RSA, secret]))


def test_a_refusal_is_logged_with_its_reason_and_nothing_of_the_token(
    caplog: pytest.LogCaptureFixture,
) -> None:
    claims = good_claims(exp=1, sub="ada@partner.example", jti="jti-of-ada")
    token = RSA.sign(claims)

    lets_in(token)

    assert caplog.messages == ["refused: ExpiredSignatureError (key id: rsa-1)"]
    assert not any(part in caplog.text for part in token.split("."))
    assert "ada" not in caplog.text


@pytest.mark.parametrize("kid", ["a\nrefused: nothing", "x" * 65, "a.b.c"])
def test_a_key_id_that_could_be_anything_is_not_logged(
    kid: str, caplog: pytest.LogCaptureFixture
) -> None:
    lets_in(RSA.sign(headers={"kid": kid}))

    assert caplog.messages == ["refused: UnknownKeyError (key id: not shown)"]


def test_a_good_token_leaves_no_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    assert lets_in(RSA.sign())

    assert caplog.messages == []


def test_without_any_key_there_is_no_verdict() -> None:
    keys = IssuerKeys(lambda: b"down for maintenance", algorithms=RULES.algorithms, life=300)

    with pytest.raises(KeysUnavailableError):
        authorize({"identitySource": [f"Bearer {RSA.sign()}"]}, rules=RULES, issuers=only(keys))


def test_a_token_that_no_key_could_make_good_is_refused_even_without_keys() -> None:
    keys = IssuerKeys(lambda: b"", algorithms=RULES.algorithms, life=300)
    token = forged({"alg": "none"}, good_claims())

    answer = authorize({"identitySource": [f"Bearer {token}"]}, rules=RULES, issuers=only(keys))

    assert answer == {"isAuthorized": False}


@pytest.mark.parametrize(
    ("claims", "is_in"),
    [
        ({"scope": "orders:read orders:write"}, True),
        ({"scope": "orders:read"}, False),
        ({"scp": ["orders:write"]}, True),
        ({"scp": "orders:all x"}, True),
        ({"scope": 7, "scp": {"orders:write": 1}}, False),
        ({"scope": ""}, False),
    ],
)
def test_a_token_must_have_one_of_the_scopes_that_are_asked_for(
    claims: dict[str, Any], is_in: bool
) -> None:
    rules = replace(RULES, scopes=("orders:write", "orders:all"))
    without = {name: value for name, value in good_claims().items() if name != "scope"}

    assert lets_in(RSA.sign({**without, **claims}), rules=rules) is is_in


def test_a_header_of_its_own_has_the_token_alone() -> None:
    rules = replace(RULES, is_bare=True)
    token = RSA.sign()

    assert ask(token, rules=rules)["isAuthorized"] is True
    assert ask(f"Bearer {token}", rules=rules)["isAuthorized"] is False
    assert ask(token)["isAuthorized"] is False
