"""Another team runs its app on its machine by the command alone, without a checkout or npm."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from blockwork.local.toolchain import tool_environment
from tests.conftest import free_port
from tests.examples.team import Team, must
from tests.waiting import eventually


class Shop:
    """The orders' team at the keyboard."""

    def __init__(self, team: Team) -> None:
        self._team = team
        self.outputs: dict[str, str] = {}

    def blockwork(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the command as its wheel installs it, where nothing of ours is on the path."""
        seen = {name: value for name, value in tool_environment().items() if name != "PYTHONPATH"}
        seen["PATH"] = os.pathsep.join([str(self._team.python.parent), os.defpath])
        return subprocess.run(
            ["blockwork", *words],
            cwd=self._team.folder,
            env=seen,
            capture_output=True,
            text=True,
            check=False,
        )

    def told(self, *words: str) -> Any:
        """Run a command that ends well, and return what it tells a machine."""
        return json.loads(must(self.blockwork(*words, "--json")))

    def order(self, address: str) -> None:
        """Order something."""
        url = httpx.URL(self.outputs["Url"])
        here = url.copy_with(scheme="http", host="127.0.0.1", port=self.port)
        headers = {"Host": url.netloc.decode()}
        sent = {"address": address}
        answer = httpx.post(f"{here}/orders", headers=headers, json=sent, trust_env=False)
        assert answer.status_code == 201, answer.text

    def waiting(self) -> int:
        """Return how many events wait in the failure chain."""
        return sum(chain["waiting"] for chain in self.told("failures", "list"))

    def as_it_was(self) -> Path:
        """Return what was synthesised before anybody watched the failure chain."""
        was = self._team.folder / "was"
        shutil.copytree(self._team.folder / ".local" / "cdk.out", was)
        file = was / "Orders.template.json"
        template = json.loads(file.read_text())
        kept = template["Resources"].items()
        template["Resources"] = {k: v for k, v in kept if v["Type"] != "AWS::CloudWatch::Alarm"}
        file.write_text(json.dumps(template))
        return was

    port = 0


@pytest.fixture(scope="module")
def shop(wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    team = Team("orders", tmp_path_factory.mktemp("at-home"), wheels)
    team.install("--group", "local", "pyproject.toml")
    shop = Shop(team)
    yield shop
    shop.blockwork("local", "clean")


def test_an_app_runs_fails_is_mended_and_stops(shop: Shop) -> None:
    down = shop.blockwork("local", "status")
    assert (down.returncode, down.stdout) == (
        1,
        "The local stage is not running: blockwork local up\n",
    )

    shop.port = free_port()
    content = shop.told("local", "up", "--port", str(shop.port))
    shop.outputs = content["stacks"]["Orders"]
    assert shop.told("local", "status")["emulatorUrl"] == content["emulatorUrl"]
    shop.order("1 A Street")
    shop.order(" ")
    eventually(shop.waiting, until=lambda count: count == 1)

    again = shop.blockwork("failures", "redrive", "--json")

    assert again.returncode == 1, "it has no address yet"
    (result,) = json.loads(again.stdout)["failed"]
    assert "must have an address" in result["reason"]
    logged = shop.blockwork("local", "logs", "--service", "ShipOrder", "--json").stdout
    assert any("must have an address" in line for line in logged.splitlines())
    (change,) = shop.told("diff", str(shop.as_it_was()), ".local/cdk.out")
    assert "[+] AWS::CloudWatch::Alarm" in change["text"]
    assert must(shop.blockwork("local", "down")) == "The local stage is down.\n"
    assert shop.blockwork("local", "status").returncode == 1
