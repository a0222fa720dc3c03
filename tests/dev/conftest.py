"""One app and one stage for the folder's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import free_port
from tests.dev.app import DevLoop, ShopApp


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShopApp]:
    """The app in a folder of its own."""
    folder: Path = tmp_path_factory.mktemp("shop")
    app = ShopApp(folder, tmp_path_factory.mktemp("stage"), free_port())
    yield app
    app.blockwork("local", "clean")


@pytest.fixture(scope="session")
def loop(app: ShopApp) -> Iterator[DevLoop]:
    """The loop, at work."""
    loop = DevLoop(app)
    yield loop
    loop.end()
