"""Clients of the deployed platform: nothing here knows how it is built."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import httpx
import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # of what pycognito itself imports
    from pycognito.aws_srp import AWSSRP


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """What Cognito hands out at sign-in."""

    id_token: str
    access_token: str


@pytest.fixture(scope="session")
def config(platform: dict[str, Any]) -> dict[str, Any]:
    answer = httpx.get(platform["configUrl"])
    answer.raise_for_status()
    content: dict[str, Any] = answer.json()
    return content


@pytest.fixture(scope="session")
def catalog(config: dict[str, Any]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=config["apis"]["catalog"], timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def administrator(platform: dict[str, Any], config: dict[str, Any]) -> Tokens:
    return sign_in(platform, config, "administrators")


@pytest.fixture(scope="session")
def customer(platform: dict[str, Any], config: dict[str, Any]) -> Tokens:
    return sign_in(platform, config, "customers")


def cognito(config: dict[str, Any]) -> Any:
    """Return a client of the user pool as any website's visitor has it: without credentials."""
    return boto3.client(
        "cognito-idp",
        region_name=config["region"],
        endpoint_url=config["userPoolEndpoint"],
        aws_access_key_id="none",
        aws_secret_access_key="none",
    )


def sign_in(platform: dict[str, Any], config: dict[str, Any], group: str) -> Tokens:
    """Sign in by SRP, as the website does: the password is never sent."""
    user = next(user for user in platform["users"] if group in user["groups"])
    secure_remote_password = AWSSRP(
        username=user["email"],
        password=user["password"],
        pool_id=config["userPoolId"],
        client_id=config["userPoolClientId"],
        client=cognito(config),
    )
    answer = secure_remote_password.authenticate_user()["AuthenticationResult"]
    return Tokens(id_token=answer["IdToken"], access_token=answer["AccessToken"])


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
