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

from blockwork.companions import OUTSIDE
from blockwork.local.toolchain import tool_environment
from tests.aws_clients import client_of
from tests.conftest import free_port
from tests.examples.team import Team, must
from tests.waiting import eventually


class Shop:
    """The orders' team at the keyboard."""

    def __init__(self, team: Team) -> None:
        self._team = team
        self.port = free_port()
        self.content: dict[str, Any] = {}

    @property
    def outputs(self) -> dict[str, str]:
        """What the app's stack tells."""
        outputs: dict[str, str] = self.content["stacks"]["Orders"]
        return outputs

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

    def outside(self, method: str, path: str, **request: Any) -> Any:
        """Ask what plays the outside world."""
        url = f"http://127.0.0.1:{self.port + OUTSIDE}{path}"
        return httpx.request(method, url, trust_env=False, **request).raise_for_status().json()

    def brought(self) -> list[str]:
        """Return the address of each parcel that the carrier has taken."""
        return [parcel["address"] for parcel in self.outside("GET", "/carrier/parcels")]

    def shipped(self) -> dict[str, int]:
        """Return how often each order was shipped that was, by its address."""
        url, region = self.content["emulatorUrl"], self.content["region"]
        dynamodb = client_of("dynamodb", endpoint=url, region=region)
        items = dynamodb.scan(TableName=self.outputs["OrderTableName"])["Items"]
        shipped = [each for each in items if "shipments" in each]
        return {each["address"]["S"]: int(each["shipments"]["N"]) for each in shipped}

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

    shop.content = shop.told("local", "up", "--port", str(shop.port))
    assert shop.told("local", "status")["emulatorUrl"] == shop.content["emulatorUrl"]
    shop.order("1 A Street")
    eventually(shop.shipped)
    shop.outside("PUT", "/control", json={"carrier": {"mode": "down"}})
    shop.order("2 A Street")
    eventually(shop.waiting, until=lambda count: count == 1)
    logged = shop.blockwork("local", "logs", "--service", "ShipOrder", "--json").stdout
    assert any("no usable answer of the carrier: status 503" in one for one in logged.splitlines())

    shop.outside("PUT", "/control", json={"carrier": {"mode": "ok"}})
    done = shop.told("failures", "redrive")

    assert (done["redriven"], done["left"]) == (1, 0)
    assert shop.brought() == ["1 A Street", "2 A Street"]
    assert shop.shipped() == {"1 A Street": 1, "2 A Street": 1}
    (change,) = shop.told("diff", str(shop.as_it_was()), ".local/cdk.out")
    assert "[+] AWS::CloudWatch::Alarm" in change["text"]
    assert must(shop.blockwork("local", "down")) == "The local stage is down.\n"
    assert shop.blockwork("local", "status").returncode == 1
