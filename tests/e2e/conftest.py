"""Clients of the deployed platform: nothing here knows how it is built."""

import re
import secrets
import subprocess
import sys
import threading
import time
import uuid
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import httpx
import pytest
from botocore.exceptions import ClientError

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # of what pycognito itself imports
    from pycognito.aws_srp import AWSSRP

from blockwork.verification import TemporaryUser
from tests import waiting
from tests.aws_clients import client_of

VOUCHERS_AN_HOUR = 30
"""How many the stage lets everybody buy."""
RENEWED_AFTER_SECONDS = 300
ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True, kw_only=True)
class IssuedTokens:
    """What Cognito hands out at sign-in."""

    id_token: str
    access_token: str
    refresh_token: str


class Tokens(Protocol):
    """What somebody shows who has signed in."""

    @property
    def id_token(self) -> str: ...

    @property
    def access_token(self) -> str: ...

    @property
    def refresh_token(self) -> str: ...


class LastingTokens:
    """Tokens of somebody who signs in again in time, as tokens last for a quarter of an hour."""

    def __init__(self, sign_in: Callable[[], Tokens]) -> None:
        self._sign_in = sign_in
        self._lock = threading.Lock()
        self._signed_in = -float(RENEWED_AFTER_SECONDS)

    def _current(self) -> Tokens:
        with self._lock:
            if time.monotonic() - self._signed_in >= RENEWED_AFTER_SECONDS:
                self._tokens = self._sign_in()
                self._signed_in = time.monotonic()
            return self._tokens

    @property
    def id_token(self) -> str:
        return self._current().id_token

    @property
    def access_token(self) -> str:
        return self._current().access_token

    @property
    def refresh_token(self) -> str:
        return self._current().refresh_token


Account = TemporaryUser
NewAccount = Callable[..., Account]


@pytest.fixture(scope="session")
def config(platform: dict[str, Any]) -> dict[str, Any]:
    answer = httpx.get(platform["configUrl"])
    answer.raise_for_status()
    content: dict[str, Any] = answer.json()
    return content


@pytest.fixture(scope="session")
def catalog(config: dict[str, Any]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=config["apis"]["catalog"]) as client:
        yield client


@pytest.fixture(scope="session")
def administrator(platform: dict[str, Any], config: dict[str, Any]) -> Tokens:
    return LastingTokens(lambda: sign_in(platform, config, "administrators"))


@pytest.fixture(scope="session")
def customer(buyers: Callable[[int], list[Tokens]]) -> Tokens:
    """Return somebody who may buy as many vouchers as anybody, whatever else runs on the stage."""
    return buyers(1)[0]


@pytest.fixture(scope="session")
def buyers(config: dict[str, Any], new_account: NewAccount) -> Callable[[int], list[Tokens]]:
    """Return what makes customers enough to buy so many vouchers within an hour."""

    def make(number: int) -> list[Tokens]:
        accounts = [new_account("customers") for _ in range(-(-number // VOUCHERS_AN_HOUR))]
        return [
            LastingTokens(partial(sign_in_by_srp, config, account.email, account.password))
            for account in accounts
        ]

    return make


@pytest.fixture(scope="session")
def vouchers(config: dict[str, Any]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=config["apis"]["vouchers"]) as client:
        yield client


@pytest.fixture(scope="session")
def readings(config: dict[str, Any]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=config["apis"]["readings"]) as client:
        yield client


@pytest.fixture(scope="session")
def new_account(platform: dict[str, Any], config: dict[str, Any]) -> Iterator[NewAccount]:
    """Return what makes an account in some groups; all are gone after the last test."""
    pool = aws(platform, "cognito-idp")
    made = []

    def make(*groups: str) -> Account:
        account = make_account(pool, config["userPoolId"], *groups)
        made.append(account)
        return account

    yield make
    for account in made:
        pool.admin_delete_user(UserPoolId=config["userPoolId"], Username=account.email)


@pytest.fixture(scope="session")
def identity(config: dict[str, Any]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=config["apis"]["identity"]) as client:
        yield client


@pytest.fixture(scope="session")
def outside(platform: dict[str, Any]) -> Iterator[httpx.Client]:
    """Return the world outside the platform: payments taken, mails sent, and how it behaves."""
    with httpx.Client(base_url=platform["providersUrl"]) as client:
        yield client


@pytest.fixture
def control(outside: httpx.Client) -> Iterator[Callable[..., None]]:
    """Return what tells the world outside to misbehave, until the test is over."""

    def tell(**behaviour: dict[str, object]) -> None:
        outside.put("/control", json=behaviour).raise_for_status()

    yield tell
    well: dict[str, object] = {"mode": "ok"}
    tell(payments=well, weather=well, mail=well, campaigns=well)


def aws(platform: dict[str, Any], service: str) -> Any:
    """Return a client of one of AWS's APIs, as an operator has it."""
    return client_of(service, endpoint=platform["emulatorUrl"], region=platform["region"])


def outputs(platform: dict[str, Any], stack: str) -> dict[str, str]:
    """Return a stack's outputs by name."""
    (described,) = aws(platform, "cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return {item["OutputKey"]: item["OutputValue"] for item in described["Outputs"]}


def function_name(platform: dict[str, Any], stack: str, prefix: str) -> str:
    """Return the name of a stack's function whose logical id begins with `prefix`."""
    pages = aws(platform, "cloudformation").get_paginator("list_stack_resources")
    names = [
        item["PhysicalResourceId"]
        for page in pages.paginate(StackName=stack)
        for item in page["StackResourceSummaries"]
        if item["ResourceType"] == "AWS::Lambda::Function"
        and item["LogicalResourceId"].startswith(prefix)
    ]
    (name,) = names
    return str(name)


def run_tool(platform: dict[str, Any], *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the command line against the platform's stage."""
    directory = ("--directory", platform["directory"])
    return waiting.run(sys.executable, "-m", "blockwork", *words, *directory, cwd=ROOT)


def cognito(config: dict[str, Any]) -> Any:
    """Return a client of the user pool as any website's visitor has it: without credentials."""
    endpoint, region = config.get("userPoolEndpoint"), config["region"]
    return client_of("cognito-idp", endpoint=endpoint, region=region, key_id="none", secret="none")


def make_account(pool: Any, pool_id: str, *groups: str) -> Account:
    """Make an account as an operator does, without a mail and without a code."""
    email = new_address()
    password = new_password()
    user = {"UserPoolId": pool_id, "Username": email}
    attributes = {"email": email, "email_verified": "true"}
    made = pool.admin_create_user(
        **user,
        MessageAction="SUPPRESS",
        UserAttributes=[{"Name": k, "Value": v} for k, v in attributes.items()],
    )
    pool.admin_set_user_password(**user, Password=password, Permanent=True)
    for group in groups:
        pool.admin_add_user_to_group(**user, GroupName=group)
    (user_id,) = (item["Value"] for item in made["User"]["Attributes"] if item["Name"] == "sub")
    return Account(user_id=user_id, email=email, password=password)


def new_address() -> str:
    return f"{uuid.uuid4().hex}@example.org"


def new_password() -> str:
    """Return a password that the pool takes, and that stands in no log by chance."""
    return f"Aa1-{secrets.token_urlsafe(18)}"


def sign_in(platform: dict[str, Any], config: dict[str, Any], group: str) -> IssuedTokens:
    """Sign in as the first of the stage's users who is in a group."""
    user = next(user for user in platform["users"] if group in user["groups"])
    return sign_in_by_srp(config, user["email"], user["password"])


def sign_in_by_srp(config: dict[str, Any], email: str, password: str) -> IssuedTokens:
    """Sign in by SRP, as the website does: the password is never sent.

    Cognito gives its triggers a few seconds: where a slow machine let them pass, it is asked again.
    """

    def ask() -> dict[str, Any] | None:
        secure_remote_password = AWSSRP(
            username=email,
            password=password,
            pool_id=config["userPoolId"],
            client_id=config["userPoolClientId"],
            client=cognito(config),
        )
        try:
            result: dict[str, Any] = secure_remote_password.authenticate_user()
        except ClientError as error:
            if re.search("timed out|timeout", str(error)):
                return None
            raise
        return result

    answer = waiting.eventually(ask)
    assert answer is not None
    answer = answer["AuthenticationResult"]
    return IssuedTokens(
        id_token=answer["IdToken"],
        access_token=answer["AccessToken"],
        refresh_token=answer["RefreshToken"],
    )


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
