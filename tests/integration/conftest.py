"""What the clients of several services share."""

import time
from typing import Any

import boto3
import pytest
from botocore.errorfactory import ClientExceptionsFactory


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
