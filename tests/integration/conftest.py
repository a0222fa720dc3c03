"""What the clients of several services share."""

import time
from collections.abc import Iterator
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.errorfactory import ClientExceptionsFactory
from botocore.loaders import create_loader
from moto import mock_aws


@pytest.fixture(scope="session", autouse=True)
def _models() -> Iterator[None]:
    """Let sessions share the models of AWS's APIs: moto ends a test's, and parsing takes long."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("botocore.session.create_loader", cache(create_loader))
        yield


@pytest.fixture
def slow_exceptions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let botocore make a client's exceptions so slowly that threads meet while it does."""
    name = "_create_client_exceptions"
    make = getattr(ClientExceptionsFactory, name)

    def slowly(factory: ClientExceptionsFactory, model: Any) -> Any:
        time.sleep(0.05)
        return make(factory, model)

    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # another may have made them
    monkeypatch.setattr(ClientExceptionsFactory, name, slowly)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Let AWS be played in this process; give what sets functions' variables."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    with mock_aws():
        yield monkeypatch
