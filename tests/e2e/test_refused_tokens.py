"""Tokens that let nobody in: each differs in one thing from a token that does."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.accounts import claims
from tests.e2e.conftest import Tokens, aws, bearer, make_account, sign_in, sign_in_by_srp
from tests.e2e.guarded import CLOCK_SKEW, GUARDED, REFUSES_WITH, Try, ask, signed, tries


@pytest.fixture
def try_(config: dict[str, Any]) -> Try:
    """Return what calls the guarded routes with a token, and tells the statuses: 401 if refused."""
    return tries(config)


@pytest.fixture
def pool_key(platform: dict[str, Any], config: dict[str, Any]) -> str:
    """The key that the local stage's user pool signs ID tokens with; on AWS nobody has it."""
    folder = Path(platform["directory"]) / "state" / "cognito-pool-keys"
    return (folder / f"{config['userPoolId']}-id.pem").read_text()


def test_a_token_of_the_user_pool_lets_its_user_in(
    try_: Try, customer: Tokens, pool_key: str
) -> None:
    later = int(time.time()) + 600

    assert try_(customer.id_token) == {200}
    assert try_(signed(pool_key, customer.id_token, exp=later)) == {200}


def test_an_expired_token_is_refused(
    config: dict[str, Any], customer: Tokens, pool_key: str
) -> None:
    for service in GUARDED:
        ended = int(time.time()) - 1 - CLOCK_SKEW.get(service, 0)
        expired = signed(pool_key, customer.id_token, iat=ended - 900, exp=ended)
        assert ask(config, service, bearer(expired)) == REFUSES_WITH.get(service, 401)


@pytest.fixture
def foreign_token(platform: dict[str, Any], config: dict[str, Any]) -> Iterator[str]:
    """An ID token of another user pool."""
    operator = aws(platform, "cognito-idp")
    made = operator.create_user_pool(PoolName="another", UsernameAttributes=["email"])
    pool_id = made["UserPool"]["Id"]
    client = operator.create_user_pool_client(
        UserPoolId=pool_id, ClientName="website", ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"]
    )["UserPoolClient"]
    account = make_account(operator, pool_id)
    other = {**config, "userPoolId": pool_id, "userPoolClientId": client["ClientId"]}
    yield sign_in_by_srp(other, account.email, account.password).id_token
    operator.delete_user_pool(UserPoolId=pool_id)


def test_a_token_of_another_user_pool_is_refused(
    try_: Try, customer: Tokens, pool_key: str, foreign_token: str
) -> None:
    issuer = claims(foreign_token)["iss"]
    assert issuer != claims(customer.id_token)["iss"]

    assert try_(foreign_token) == {401}
    assert try_(signed(pool_key, customer.id_token, iss=issuer)) == {401}


@pytest.fixture
def other_client(platform: dict[str, Any], config: dict[str, Any]) -> Iterator[str]:
    """Another client of the same user pool."""
    operator = aws(platform, "cognito-idp")
    client_id = operator.create_user_pool_client(
        UserPoolId=config["userPoolId"],
        ClientName="another",
        ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    )["UserPoolClient"]["ClientId"]
    yield client_id
    operator.delete_user_pool_client(UserPoolId=config["userPoolId"], ClientId=client_id)


def test_a_token_for_another_client_of_the_same_pool_is_refused(
    platform: dict[str, Any], config: dict[str, Any], try_: Try, other_client: str
) -> None:
    token = sign_in(platform, {**config, "userPoolClientId": other_client}, "customers").id_token
    assert claims(token)["aud"] == other_client

    assert try_(token) == {401}
