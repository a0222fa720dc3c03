"""Processes of handlers start a few at a time, and run as many as are asked for."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from blockwork.local.launch import Emulator
from blockwork.local.toolchain import Toolchain
from tests.conftest import free_port
from tests.emulator.support import Aws, function, invoke, role
from tests.waiting import eventually

AT_ONCE, CROWD = 6, 20
MOST = 2

TOGETHER = f"""
import os, pathlib, time
began = time.monotonic()
time.sleep(0.2)
ended = time.monotonic()

def handler(event, context):
    folder = pathlib.Path(event["folder"])
    (folder / str(os.getpid())).touch()
    while len(list(folder.iterdir())) < {AT_ONCE}: time.sleep(0.01)
    return [began, ended]
"""
HELD = """
import os, pathlib, time
folder = pathlib.Path(os.environ["FOLDER"])
(folder / str(os.getpid())).touch()
while len(list(folder.iterdir())) > 1 and not (folder / "open").exists(): time.sleep(0.01)

def handler(event, context): return os.getpid()
"""
NESTED = """
import boto3, json

def handler(event, context):
    left = int(event["left"])
    if not left: return "bottom"
    payload = json.dumps({"left": left - 1})
    name = context.function_name
    answer = boto3.client("lambda").invoke(FunctionName=name, Payload=payload)
    return json.load(answer["Payload"])
"""


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("held")


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """An emulator in which a crowd has to wait."""
    directory = tmp_path_factory.mktemp("slow")
    settings = {"HANDLER_STARTS": str(MOST), "HANDLER_START_SECONDS": "3600"}
    emulator = Emulator(directory, settings=settings)
    emulator.start(port=free_port(), python=Toolchain().emulator_environment())
    assert emulator.port is not None
    yield Aws(emulator.port)
    emulator.stop()


@pytest.fixture(scope="module")
def names(slow: Aws, held: Path) -> dict[str, str]:
    resources = {
        "Role": role("lambda:InvokeFunction"),
        "Together": function(TOGETHER, Timeout=900),
        "Held": function(HELD, Timeout=900, Environment={"Variables": {"FOLDER": str(held)}}),
        "Nested": function(NESTED, Timeout=900),
    }
    return slow.deploy("starts-in-turn", resources, **{name: {"Ref": name} for name in resources})


def test_few_start_at_once_and_all_run_at_once(
    slow: Aws, names: dict[str, str], tmp_path: Path
) -> None:
    def run(_: int) -> list[float]:
        answer: list[float] = invoke(slow, names["Together"], folder=str(tmp_path))["answer"]
        return answer

    with ThreadPoolExecutor(AT_ONCE) as pool:
        starts = list(pool.map(run, range(AT_ONCE)))

    for began, _ in starts:
        assert sum(other <= began < ended for other, ended in starts) <= MOST


def test_who_waits_for_a_start_is_given_what_is_idle(
    slow: Aws, names: dict[str, str], held: Path
) -> None:
    invoke(slow, names["Held"])
    with ThreadPoolExecutor(CROWD) as pool:
        asked = [pool.submit(invoke, slow, names["Held"]) for _ in range(CROWD)]
        try:
            # The first process serves all but who was promised one of those that hang.
            eventually(
                lambda: sum(each.done() for each in asked), until=lambda n: n >= CROWD - MOST
            )
        finally:
            (held / "open").touch()

    assert len({each.result()["answer"] for each in asked}) <= 1 + MOST


def test_a_function_that_calls_itself_waits_for_nothing_that_waits_for_it(
    slow: Aws, names: dict[str, str]
) -> None:
    def fall(_: int) -> str:
        return json.dumps(invoke(slow, names["Nested"], left=str(MOST + 1))["answer"])

    with ThreadPoolExecutor(MOST + 1) as pool:
        assert {*pool.map(fall, range(MOST + 1))} == {'"bottom"'}
