"""The stage `dev`, deployed once for all tests that want it."""

from collections.abc import Iterator

import pytest

from tests.stages.account import Account, deployed


@pytest.fixture(scope="session")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with deployed("dev", tmp_path_factory.mktemp("dev")) as account:
        yield account
