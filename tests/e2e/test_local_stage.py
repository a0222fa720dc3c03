"""The local stage as a person at the keyboard uses it: up, again, down, killed, beside another."""

import json
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from blockwork.local.stage import LocalStage
from tests.aws_clients import client_of
from tests.conftest import free_port
from tests.e2e.conftest import bearer, sign_in
from tests.waiting import eventually
from tools.platform import platform_stage

ROOT = Path(__file__).parent.parent.parent
BLOCKWORK = (sys.executable, "-m", "blockwork")


@pytest.fixture(scope="module")
def stage(local_stage: LocalStage) -> LocalStage:
    return local_stage


def tools(command: str, stage: LocalStage, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*BLOCKWORK, "local", command, "--directory", str(stage.directory), *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def platform_of(stage: LocalStage) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(stage.platform_file.read_text())
    return content


def config_of(stage: LocalStage) -> dict[str, Any]:
    content: dict[str, Any] = httpx.get(platform_of(stage)["configUrl"]).json()
    return content


def products(stage: LocalStage) -> list[dict[str, Any]]:
    answer = httpx.get(f"{config_of(stage)['apis']['catalog']}/products?limit=100")
    found: list[dict[str, Any]] = answer.json()["products"]
    return sorted(found, key=lambda product: str(product["productId"]))


def stacks(stage: LocalStage) -> dict[str, tuple[str, str]]:
    """Return each stack's state and when it last changed."""
    endpoint = platform_of(stage)["emulatorUrl"]
    client = client_of("cloudformation", endpoint=endpoint, region="eu-west-2")
    return {
        stack["StackName"]: (
            stack["StackStatus"],
            str(stack.get("LastUpdatedTime", stack["CreationTime"])),
        )
        for stack in client.describe_stacks()["Stacks"]
    }


def test_passwords_are_for_their_owner_alone(stage: LocalStage) -> None:
    assert stat.S_IMODE(stage.platform_file.stat().st_mode) == 0o600
    passwords = [user["password"] for user in platform_of(stage)["users"]]
    assert len(set(passwords)) == 2
    for log in (stage.directory / "logs").iterdir():
        written = log.read_text(errors="replace")
        assert not [password for password in passwords if password in written], log


def test_a_second_up_changes_nothing(stage: LocalStage) -> None:
    before = (stacks(stage), products(stage), platform_of(stage))

    result = tools("up", stage)

    assert result.returncode == 0, result.stderr
    assert platform_of(stage)["siteUrl"] in result.stdout
    assert (stacks(stage), products(stage), platform_of(stage)) == before


def test_state_survives_down_and_up_and_a_deleted_tariff_does_not_come_back(
    stage: LocalStage,
) -> None:
    api = config_of(stage)["apis"]["catalog"]
    token = sign_in(platform_of(stage), config_of(stage), "administrators").id_token
    gone = products(stage)[0]["productId"]
    assert httpx.delete(f"{api}/products/{gone}", headers=bearer(token)).status_code == 204
    before = (stacks(stage), products(stage), platform_of(stage))
    group = stage.emulator.group

    down = tools("down", stage)

    assert down.returncode == 0
    assert group is not None
    assert group.members() == []
    with pytest.raises(httpx.ConnectError):
        httpx.get(platform_of(stage)["emulatorUrl"])
    assert tools("down", stage).stdout == "The local stage was not running.\n"
    assert tools("status", stage).returncode == 1

    up = tools("up", stage)

    assert up.returncode == 0, up.stderr
    assert (stacks(stage), products(stage), platform_of(stage)) == before
    assert tools("status", stage).returncode == 0


def test_a_killed_emulator_comes_back_with_its_state(stage: LocalStage) -> None:
    before = products(stage)
    group = stage.emulator.group
    assert group is not None
    (emulator,) = (
        process
        for process in group.members()
        if process.cmdline()[-1] == "blockwork.local.emulator" and process.pid != group.pid
    )

    emulator.kill()
    emulator.wait()

    def after() -> list[dict[str, Any]] | str:
        try:
            return products(stage)
        except (httpx.HTTPError, KeyError, ValueError):
            return stage.emulator.log.read_text()[-2000:]

    assert eventually(after, until=lambda seen: not isinstance(seen, str)) == before


def test_a_taken_port_is_named_with_a_way_out(stage: LocalStage, tmp_path: Path) -> None:
    other = platform_stage(tmp_path / "other", free_port())
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", other.port + 1))
        somebody.listen()

        result = tools("up", other, "--port", str(other.port))

    assert result.returncode == 1
    assert f"port {other.port + 1} is taken" in result.stderr
    assert "make up PORT=" in result.stderr
    assert "Traceback" not in result.stderr


def test_two_stages_run_side_by_side(stage: LocalStage, tmp_path: Path) -> None:
    other = platform_stage(tmp_path / "other", free_port())
    try:
        other.up()

        assert platform_of(other)["siteUrl"] != platform_of(stage)["siteUrl"]
        assert config_of(other)["userPoolId"] != config_of(stage)["userPoolId"]
        mine = {product["productId"] for product in products(stage)}
        assert mine.isdisjoint(product["productId"] for product in products(other))
    finally:
        other.clean()
    assert not other.platform_file.exists()
    assert not other.emulator.is_running()
    assert products(stage)
