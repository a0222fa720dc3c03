"""Two commands at one stage at the same time, as two terminals or two scripts give them."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import free_port
from tests.e2e.conftest import ROOT
from tests.waiting import eventually, finish
from tools.platform import platform_stage


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "stage"
    platform_stage(tmp_path / "stage").clean()


def test_two_ups_give_one_stage_even_if_the_first_is_killed_on_the_way(folder: Path) -> None:
    port = free_port()
    first = up(folder, port)
    eventually((folder / "stage.lock").is_file)
    second = up(folder)  # says no port: it takes what the first has chosen
    eventually(lambda: logs(folder), until=lambda seen: "CREATE_IN_PROGRESS" in seen)
    first.kill()
    first.communicate()

    done = finish(second)

    assert done.returncode == 0, done.stderr
    assert f"(process {first.pid}, since " in done.stderr
    assert f"http://localhost:{port + 1}" in done.stdout
    assert website(folder) == 200
    before = passwords(folder)

    both = [finish(each) for each in (up(folder), up(folder, port))]

    assert [each.returncode for each in both] == [0, 0], both
    assert not any("Deployment" in each.stderr for each in both)
    assert website(folder) == 200
    assert passwords(folder) == before


def up(folder: Path, port: int | None = None) -> "subprocess.Popen[str]":
    chosen = [] if port is None else ["--port", str(port)]
    return subprocess.Popen(
        [sys.executable, "-m", "blockwork", "local", "up", "--directory", str(folder), *chosen],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def logs(folder: Path) -> str:
    """Return what the stage's tools and its emulator have said so far."""
    return "".join(log.read_text(errors="replace") for log in (folder / "logs").glob("*.log"))


def website(folder: Path) -> int:
    platform = json.loads((folder / "platform.json").read_text())
    return httpx.get(platform["siteUrl"], trust_env=False).status_code


def passwords(folder: Path) -> list[str]:
    users = json.loads((folder / "platform.json").read_text())["users"]
    return [user["password"] for user in users]
