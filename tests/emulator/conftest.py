"""One emulator for the folder's tests, driven through the public AWS API only."""

from collections.abc import Iterator

import httpx
import pytest

from blockwork.local.launch import Emulator
from blockwork.local.toolchain import Toolchain
from tests.conftest import free_port
from tests.emulator.push import Channel, deploy_channel
from tests.emulator.support import Aws
from tools.platform import PlatformApp

# What takes minutes on AWS takes as long as a test can wait.
QUICK = {
    "METRIC_SECONDS": "0.3",
    "STATE_SAVE_SECONDS": "0.3",
    "LAMBDA_ASYNC_RETRY_BASE_SECONDS": "0.1",
    "CUSTOM_RESOURCE_SECONDS": "1",
    "COGNITO_TRIGGER_SECONDS": "60",  # what takes seconds there takes longer on a slow machine
}


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """An emulator with an empty state, on free ports."""
    directory = tmp_path_factory.mktemp("emulator")
    # As in an app whose modules are all ES modules: what runs below is not of the app.
    (directory / "package.json").write_text('{"type": "module"}')
    emulator = Emulator(directory, settings=QUICK, fakes=PlatformApp().fakes)
    emulator.start(port=free_port(), python=Toolchain().emulator_environment())
    yield emulator
    emulator.stop()


@pytest.fixture(scope="session")
def aws(emulator: Emulator) -> Aws:
    """The emulator's AWS API."""
    assert emulator.port is not None
    return Aws(emulator.port)


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    """A client that takes no notice of the machine's proxies."""
    with httpx.Client(trust_env=False) as client:
        yield client


@pytest.fixture(scope="session")
def channel(aws: Aws) -> Channel:
    """A push channel, deployed once."""
    return deploy_channel(aws)
