"""Where a command looks for what runs on this machine."""

import json
from pathlib import Path
from typing import Any

import pytest

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
