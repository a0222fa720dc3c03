"""The deployed local stage, for tests that drive it from outside."""

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from blockwork.local.ports import PURPOSES, is_free
from blockwork.local.stage import LocalStage
from tests.waiting import PATIENCE
from tools.platform import platform_stage

pytest_plugins = ["pytester", "blockwork.pytest_plugin"]  # which the wheel brings by itself

RUNNING = "BLOCKWORK_PLATFORM"
"""Names the platform.json of a stage that runs already: quicker when writing tests."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let somebody drive the APIs for longer than `make test` does."""
    parser.addoption("--cases", type=int, default=8, help="Requests of each kind an operation gets")
    parser.addoption("--seed", type=int, default=1, help="Which requests these are")


def pytest_configure() -> None:
    """Give every request as long as a test is ready to wait, wherever the request is made."""
    for phase in ("connect", "read", "write", "pool"):
        setattr(httpx._config.DEFAULT_TIMEOUT_CONFIG, phase, PATIENCE)


def free_port() -> int:
    """Return a port that is free together with those after it that a stage needs.

    It lies below the ports that systems give to outgoing connections, of which tests make many.
    """
    while True:
        port = random.randrange(12_000, 32_000, len(PURPOSES))
        if all(is_free(number) for number in range(port, port + len(PURPOSES))):
            return port


@pytest.fixture(scope="session")
def local_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStage]:
    """Return a stage of the tests' own, deployed as `make up` does it."""
    stage = platform_stage(tmp_path_factory.mktemp("stage"), free_port())
    stage.up()
    yield stage
    stage.clean()


@pytest.fixture(scope="session")
def platform(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return what `make up` says of the platform: addresses and users."""
    running = os.environ.get(RUNNING)
    file = Path(running) if running else request.getfixturevalue("local_stage").platform_file
    content: dict[str, Any] = json.loads(file.read_text())
    return {**content, "directory": str(file.parent)}
