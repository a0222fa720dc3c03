"""One wheel and one account for all of `examples`."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import uv

from blockwork.command.settings import read_settings
from blockwork.companions import FakeService
from tests.account import ROOT, EmptyAccount
from tests.examples.team import Team, must
from tests.packaging.conftest import run

# What takes minutes on AWS takes as long as a test can wait.
QUICK = {"METRIC_SECONDS": "0.3", "LAMBDA_ASYNC_RETRY_BASE_SECONDS": "0.1"}


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the wheel as another team gets it."""
    folder = tmp_path_factory.mktemp("dist")
    must(run(uv.find_uv_bin(), "build", "--wheel", "--out-dir", folder, ROOT, cwd=folder))
    return folder


def registered(app: str) -> list[FakeService]:
    """Return the fakes that one of `examples` has registered, to be found from here."""
    fakes = read_settings(ROOT / "examples" / app).local.fakes
    return [msgspec.structs.replace(each, code=f"examples.{app}.{each.code}") for each in fakes]


@pytest.fixture(scope="session")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmptyAccount]:
    """Return an account that is ready for deployments, with all fakes of `examples` beside it."""
    folder, fakes = tmp_path_factory.mktemp("account"), registered("orders")
    account = EmptyAccount("471382950611", "eu-west-1", folder, QUICK, fakes=fakes)
    account.open()
    try:
        must(account.bootstrap())
        yield account
    finally:
        account.emulator.stop()


@pytest.fixture(scope="session")
def orders(wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> Team:
    """Return the team of `examples/orders`."""
    return Team("orders", tmp_path_factory.mktemp("elsewhere"), wheels)


@pytest.fixture(scope="session")
def files(wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> Team:
    """Return the team of `examples/files`."""
    return Team("files", tmp_path_factory.mktemp("elsewhere"), wheels)


@pytest.fixture(scope="session")
def site(wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> Team:
    """Return the team of `examples/site`."""
    return Team("site", tmp_path_factory.mktemp("elsewhere"), wheels)
