"""Where a command looks for what runs on this machine."""

import json
from pathlib import Path
from typing import Any

import pytest

from blockwork import deployed
from blockwork.deployed import DeployedStage
from tests.unit.blockwork.local.assemblies import UNKNOWN, write_assembly


@pytest.mark.parametrize(
    ("environment", "region", "key"),
    [
        ("aws://111111111111/eu-central-1", "eu-central-1", "111111111111"),
        ("aws://unknown-account/us-east-1", "us-east-1", "test"),
        (UNKNOWN, "eu-west-2", "test"),
    ],
)
def test_it_looks_where_all_stacks_are(
    tmp_path: Path, environment: str, region: str, key: str
) -> None:
    told: dict[str, Any] = {"emulatorUrl": "http://localhost:1", "region": "eu-west-2"}
    (tmp_path / "platform.json").write_text(json.dumps(told))
    write_assembly(tmp_path / "cdk.out", {"Shop": {}}, environment=environment)

    client = DeployedStage("local", tmp_path).client("sqs")

    assert client.meta.region_name == region
    assert client._request_signer._credentials.access_key == key


THERE, AWAY = "aws://111111111111/eu-central-1", "aws://222222222222/us-east-1"
TAG = "blockwork:failure-chain"


class Tagged:
    """The tags of one account and region: a queue in a stack that is called the same everywhere."""

    def __init__(self, region: str, account: str, stack: str = "Shop") -> None:
        self.arn = f"arn:aws:sqs:{region}:{account}:failures"
        self._tags = {TAG: "orders", "aws:cloudformation:stack-name": stack}

    def get_paginator(self, _operation: str) -> "Tagged":
        return self

    def paginate(self, **_asked: Any) -> list[dict[str, Any]]:
        tags = [{"Key": key, "Value": value} for key, value in self._tags.items()]
        return [{"ResourceTagMappingList": [{"ResourceARN": self.arn, "Tags": tags}]}]


def deployed_to(folder: Path, monkeypatch: pytest.MonkeyPatch, **places: str) -> DeployedStage:
    told: dict[str, Any] = {"emulatorUrl": "http://localhost:1", "region": "eu-west-2"}
    (folder / "platform.json").write_text(json.dumps(told))
    write_assembly(folder / "cdk.out", {name: {} for name in places}, elsewhere=places)

    def client(_service: str, *, region: str, account: str, **_: Any) -> Tagged:
        return Tagged(region, account)

    monkeypatch.setattr(deployed, "local_client", client)
    return DeployedStage("local", folder)


def test_what_stacks_of_several_places_announce_is_found_in_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = deployed_to(tmp_path, monkeypatch, There=THERE, Away=AWAY, Here=UNKNOWN)

    found = stage.announced(TAG)

    assert found == {
        f"orders@Shop@{region}/{account}": f"arn:aws:sqs:{region}:{account}:failures"
        for region, account in (
            ("eu-central-1", "111111111111"),
            ("eu-west-2", "000000000000"),
            ("us-east-1", "222222222222"),
        )
    }
    for arn in found.values():
        assert stage.at(arn).client("sqs").arn == arn
        assert stage.at(arn) is stage.at(arn)
    assert stage.at("arn:aws:sqs:eu-west-1:111111111111:elsewhere") is stage
