"""Every function starts, from the bundle that is deployed, in the Python that runs it on Lambda."""

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from constructs_lib.primitives import BuildTarget
from constructs_lib.primitives.python_build import build_code, build_layer
from tests.target.bundles import bundles
from tests.target.conftest import ROOT
from tests.target.lambda_runtime import STARTED, Bundle, LambdaRuntime

pytestmark = pytest.mark.usefixtures("bytecode_writer")
LOCK = ROOT / "lambda_src" / "requirements.txt"
STARTS = "import msgspec\ndef handler(event, context): ...\n"


def failures(runtime: LambdaRuntime, functions: Iterable[Bundle]) -> list[str]:
    """Return what fails to start; as many start at once as there are processors."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return [told for told in pool.map(runtime.start, functions) if told != STARTED]


def test_every_function_starts(here: LambdaRuntime, target: BuildTarget, tmp_path: Path) -> None:
    functions = bundles(target, tmp_path)

    modules = {function.handler.rpartition(".")[0] for function in functions}
    assert modules >= handlers(), "no stage deploys it, so nothing shows that it starts"
    assert not failures(here, functions)


def handlers() -> set[str]:
    """Return the modules of the platform that Lambda is to call."""
    source = ROOT / "lambda_src"
    return {
        ".".join(file.relative_to(source).with_suffix("").parts)
        for file in source.glob("*/handlers/*.py")
        if "\nhandler = " in file.read_text() or "\ndef handler(" in file.read_text()
    }


def test_the_largest_with_each_set_of_layers_starts_on_arm64(
    on_arm64: LambdaRuntime, tmp_path: Path
) -> None:
    by_size = sorted(bundles(BuildTarget(), tmp_path), key=lambda each: each.code.stat().st_size)
    largest = {each.layers: each for each in by_size}

    assert len(largest) > 2
    assert not failures(on_arm64, largest.values())


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where what is built goes: the layer of all tests is the same."""
    return tmp_path_factory.mktemp("built")


@pytest.fixture
def source(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(built)
    (tmp_path / "orders").mkdir()
    return tmp_path


def bundle(source: Path, text: str, target: BuildTarget, packages_for: BuildTarget) -> Bundle:
    (source / "orders" / "place.py").write_text(text)
    code = build_code([(source, "orders")], target)
    return Bundle(
        handler="orders.place.handler", code=code, layers=(build_layer(LOCK, packages_for),)
    )


def test_what_is_whole_starts(here: LambdaRuntime, target: BuildTarget, source: Path) -> None:
    assert here.start(bundle(source, STARTS, target, target)) == STARTED


@pytest.mark.parametrize(
    ("lines", "cause"),
    [
        ("import left_out", "No module named 'left_out'"),
        ("import pytest", "No module named 'pytest'"),
        ("from orders import left_out", "cannot import name 'left_out'"),
        ("1 / 0", "division by zero"),
        ("raise SystemExit(3)", "it ended with exit code 3"),
        ("import os; os._exit(3)", "it ended with exit code 3"),
        ("TABLE = __import__('os').environ['TABLE']", "KeyError: 'TABLE'"),
        ("class Day(msgspec.Struct):\n    date: date\nmsgspec.json.Decoder(Day)", "date"),
    ],
)
def test_what_fails_is_told_with_its_cause(
    here: LambdaRuntime, target: BuildTarget, source: Path, lines: str, cause: str
) -> None:
    text = f"from datetime import date\n{STARTS}{lines}\n"

    told = here.start(bundle(source, text, target, target))

    assert told.startswith("orders.place.handler: ")
    assert cause in told


@pytest.mark.parametrize(
    "foreign",
    [
        BuildTarget(python="3.13", platform="x86_64-manylinux2014"),
        BuildTarget(python="3.13", platform="aarch64-manylinux2014"),
        BuildTarget(platform="x86_64-unknown-linux-musl"),
        BuildTarget(platform="aarch64-apple-darwin"),
    ],
    ids=lambda target: target.key,
)
def test_packages_that_were_compiled_for_something_else_are_told(
    here: LambdaRuntime, target: BuildTarget, source: Path, foreign: BuildTarget
) -> None:
    told = here.start(bundle(source, STARTS, target, foreign))

    assert "msgspec" in told


def test_a_module_without_the_handler_is_told(
    here: LambdaRuntime, target: BuildTarget, source: Path
) -> None:
    told = here.start(bundle(source, "import msgspec\n", target, target))

    assert "'handler' missing" in told
