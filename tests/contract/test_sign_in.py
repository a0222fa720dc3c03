"""Who signs in, what their tokens say, and tokens that let nobody in."""

import base64
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from blockwork.verification import TemporaryUser
from tests.e2e.accounts import claims, refresh
from tests.e2e.conftest import Tokens, bearer, cognito, new_address, sign_in_by_srp
from tests.e2e.guarded import GUARDED, Try, ask, encoded, signed, tries


@pytest.fixture
def try_(config: dict[str, Any]) -> Try:
    """Return what calls the guarded routes with a token, and tells the statuses: 401 if refused."""
    return tries(config)


def test_who_signs_in_gets_a_token_with_the_groups(
    administrator: Tokens, customer: Tokens, config: dict[str, Any]
) -> None:
    assert claims(administrator.id_token)["cognito:groups"] == ["administrators"]
    assert claims(customer.id_token)["cognito:groups"] == ["customers"]
    assert claims(customer.id_token)["aud"] == config["userPoolClientId"]


def test_a_token_says_what_its_groups_may_do(administrator: Tokens, customer: Tokens) -> None:
    assert claims(administrator.id_token)["permissions"] == "*:*"
    assert claims(customer.id_token).get("permissions", "") == ""


def test_a_wrong_password_lets_nobody_in(
    config: dict[str, Any], new_account: Callable[..., TemporaryUser]
) -> None:
    with pytest.raises(cognito(config).exceptions.NotAuthorizedException) as error:
        sign_in_by_srp(config, new_account().email, "Wrong-password-1")

    assert "Incorrect username or password" in str(error.value)


def test_a_weak_password_is_refused(config: dict[str, Any]) -> None:
    client = cognito(config)

    with pytest.raises(client.exceptions.InvalidPasswordException):
        client.sign_up(
            ClientId=config["userPoolClientId"],
            Username=new_address(),
            Password="short",
        )


def test_who_stays_signed_in_gets_new_tokens_without_a_password(
    identity: httpx.Client, customer: Tokens
) -> None:
    new = refresh(identity, customer)

    assert claims(new.id_token)["sub"] == claims(customer.id_token)["sub"]
    assert claims(new.id_token)["token_use"] == "id"
    assert claims(new.access_token)["token_use"] == "access"
    assert new.id_token != customer.id_token
    assert identity.get("/me", headers=bearer(new.id_token)).status_code == 200


def test_a_refresh_token_that_was_revoked_or_never_was_one_is_refused(
    config: dict[str, Any], identity: httpx.Client, new_account: Callable[..., TemporaryUser]
) -> None:
    user = new_account()
    tokens = sign_in_by_srp(config, user.email, user.password)
    refresh(identity, tokens)

    cognito(config).revoke_token(Token=tokens.refresh_token, ClientId=config["userPoolClientId"])

    for refused in (
        tokens.refresh_token,
        "nonsense",
        tokens.access_token,
        tokens.refresh_token[::-1],
    ):
        answer = identity.post("/tokens/refresh", json={"refreshToken": refused})
        assert answer.status_code == 401, answer.text
        assert refused not in answer.text
        assert answer.headers["content-type"] == "application/problem+json"


def test_no_token_and_nonsense_are_refused(config: dict[str, Any], try_: Try) -> None:
    for service in GUARDED:
        assert ask(config, service, {}) == 401
    for nonsense in ("nonsense", "a.b.c", "..", "e30.e30.e30"):
        assert try_(nonsense) == {401}


def test_a_forged_signature_is_refused(try_: Try, customer: Tokens) -> None:
    forger = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    head, payload, signature = customer.id_token.split(".")

    assert try_(signed(forger, customer.id_token)) == {401}
    assert try_(f"{head}.{payload}.{signature[::-1]}") == {401}
    assert try_(f"{head}.{payload}.") == {401}


def test_a_tampered_payload_is_refused(try_: Try, customer: Tokens) -> None:
    head, _, signature = customer.id_token.split(".")
    more = {**claims(customer.id_token), "permissions": "*:*"}

    assert try_(f"{head}.{encoded(more)}.{signature}") == {401}


def test_a_token_that_says_no_algorithm_is_refused(try_: Try, customer: Tokens) -> None:
    head, payload, signature = customer.id_token.split(".")
    for algorithm in ("none", "None", "NONE"):
        kid = jwt.get_unverified_header(customer.id_token)["kid"]
        head = encoded({"alg": algorithm, "kid": kid, "typ": "JWT"})
        assert try_(f"{head}.{payload}.") == {401}
        assert try_(f"{head}.{payload}.{signature}") == {401}


def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(
    config: dict[str, Any], try_: Try, customer: Tokens
) -> None:
    head = jwt.get_unverified_header(customer.id_token)
    aws = f"https://cognito-idp.{config['region']}.amazonaws.com"
    pool = f"{config.get('userPoolEndpoint', aws).rstrip('/')}/{config['userPoolId']}"
    keys = httpx.get(f"{pool}/.well-known/jwks.json").raise_for_status().json()["keys"]
    (public,) = (key for key in keys if key["kid"] == head["kid"])
    modulus = base64.urlsafe_b64decode(public["n"] + "==")

    forged = jwt.encode(
        claims(customer.id_token), modulus, algorithm="HS256", headers={"kid": head["kid"]}
    )

    assert try_(forged) == {401}


def test_an_access_token_in_place_of_the_id_token_is_refused(try_: Try, customer: Tokens) -> None:
    assert try_(customer.access_token) == {401}


def test_a_refresh_token_in_place_of_the_id_token_is_refused(try_: Try, customer: Tokens) -> None:
    assert try_(customer.refresh_token) == {401}
