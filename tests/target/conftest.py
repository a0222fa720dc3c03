"""The Python that Lambda runs. CI must have it; elsewhere it may be out of reach."""

import os
import platform
from collections.abc import Callable
from pathlib import Path

import pytest

from blockwork.target_python import UnavailableError, target_python
from constructs_lib.primitives import BuildTarget
from constructs_lib.primitives.build_target import LAMBDA_PLATFORM, LAMBDA_PYTHON
from tests.target.lambda_runtime import LambdaRuntime, lambda_packages

ROOT = Path(__file__).parents[2]


def had(get: Callable[[], Path]) -> Path:
    """Return what is got; without it, fail in CI and skip elsewhere."""
    try:
        return get()
    except UnavailableError as error:
        if os.environ.get("CI"):
            pytest.fail(f"CI must show what runs on Lambda: {error}")
        pytest.skip(f"not shown to run on Lambda's Python: {error}")


ARM64_SHOWN_BY = "ARM64_SHOWN_BY"
"""Names the job of CI that shows it, where the machine of this one cannot."""


@pytest.fixture(scope="session")
def python() -> Path:
    """Return an interpreter of Lambda's version for this machine."""
    return had(target_python)


@pytest.fixture(scope="session")
def target() -> BuildTarget:
    """Return what code is built for to start here on Lambda's version."""
    system = f"{platform.machine()}-manylinux2014" if platform.system() == "Linux" else None
    return BuildTarget(python=LAMBDA_PYTHON, platform=system)


@pytest.fixture(scope="session")
def bytecode_writer(python: Path) -> None:
    """Let what is built have its bytecode, as from a machine with that Python installed."""
    os.environ["PATH"] = os.pathsep.join([str(python.parent), os.environ["PATH"]])


@pytest.fixture(scope="session")
def here(
    python: Path, target: BuildTarget, tmp_path_factory: pytest.TempPathFactory
) -> LambdaRuntime:
    """Return Lambda's runtime for this machine's processor."""
    folder = tmp_path_factory.mktemp("runtime")
    packages = lambda_packages(folder / "packages", target.platform, python)
    return LambdaRuntime(python=python, packages=packages, layers=folder / "layers")


@pytest.fixture(scope="session")
def on_arm64(python: Path, tmp_path_factory: pytest.TempPathFactory) -> LambdaRuntime:
    """Return Lambda's runtime for the processor that our functions run on."""
    if job := os.environ.get(ARM64_SHOWN_BY):
        pytest.skip(f"shown by CI's job {job!r}")
    foreign = had(lambda: target_python("aarch64"))
    folder = tmp_path_factory.mktemp("runtime-arm64")
    packages = lambda_packages(folder / "packages", LAMBDA_PLATFORM, python)
    return LambdaRuntime(python=foreign, packages=packages, layers=folder / "layers")
