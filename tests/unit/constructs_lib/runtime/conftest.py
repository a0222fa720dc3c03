"""A push channel in memory."""

import pytest

from tests.unit.constructs_lib.runtime.channel_fakes import Channel, Sockets


@pytest.fixture
def channel() -> Channel:
    return Channel()


@pytest.fixture
def sockets() -> Sockets:
    return Sockets()
