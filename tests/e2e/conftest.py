"""Clients of the deployed platform: nothing here knows how it is built."""

import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # of what pycognito itself imports
    from pycognito.aws_srp import AWSSRP


ROOT = Path(__file__).parent.parent.parent


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


@pytest.fixture(scope="session")
def vouchers(config: dict[str, Any]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=config["apis"]["vouchers"], timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
def outside(platform: dict[str, Any]) -> Iterator[httpx.Client]:
    """Return the world outside the platform: payments taken, mails sent, and how it behaves."""
    with httpx.Client(base_url=platform["providersUrl"], timeout=60) as client:
        yield client


@pytest.fixture
def control(outside: httpx.Client) -> Iterator[Callable[..., None]]:
    """Return what tells the world outside to misbehave, until the test is over."""

    def tell(**behaviour: dict[str, object]) -> None:
        outside.put("/control", json=behaviour).raise_for_status()

    yield tell
    tell(payments={"mode": "ok"}, weather={"mode": "ok"}, mail={"mode": "ok"})


def aws(platform: dict[str, Any], service: str) -> Any:
    """Return a client of one of AWS's APIs, as an operator has it."""
    operator = boto3.Session(
        aws_access_key_id="test",
        aws_secret_access_key="test",
        region_name=platform["region"],
    )
    make: Callable[..., Any] = operator.client
    return make(service, endpoint_url=platform["emulatorUrl"])


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


def eventually(check: Callable[[], bool], *, seconds: float = 30) -> bool:
    """Wait until something holds, and tell whether it came to hold."""
    deadline = time.monotonic() + seconds
    while not check():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def run_tool(platform: dict[str, Any], *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the command line against the platform's stage."""
    return subprocess.run(
        [sys.executable, "-m", "tools", *words, "--directory", platform["directory"]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )


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
