"""Unit tests reach no network. Unix sockets stay: they never leave the machine."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from hypothesis import settings
from pytest_socket import disable_socket, enable_socket

# The same examples everywhere and at any speed: CI and a laptop must come to the same verdict.
settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def _no_network() -> Iterator[None]:
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()


LogLines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def log_lines() -> Iterator[LogLines]:
    """Call it for everything logged so far."""
    from blockwork.runtime.observability import logger

    output = cast(logging.StreamHandler[Any], logger.registered_handler)
    stream = io.StringIO()
    before = output.setStream(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    output.setStream(before)
