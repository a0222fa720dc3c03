"""Protection is lifted from stacks whose creation failed, whoever's credentials do it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from blockwork.local.launch import REGION
from tests.emulator.support import Aws, eventually

ROOT = Path(__file__).parents[2]
QUEUE = {"Type": "AWS::SQS::Queue"}
BROKEN = {**QUEUE, "Properties": {"MessageRetentionPeriod": 1}}


def create(aws: Aws, name: str, resource: dict[str, Any]) -> str:
    cloudformation = aws.client("cloudformation")
    cloudformation.create_stack(
        StackName=name,
        TemplateBody=json.dumps({"Resources": {"Queue": resource}}),
        EnableTerminationProtection=True,
    )

    def status() -> str:
        described = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        found: str = described["StackStatus"]
        return "" if found.endswith("_IN_PROGRESS") else found

    return eventually(status)


def protected(aws: Aws, name: str) -> bool:
    found = aws.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
    return bool(found["EnableTerminationProtection"])


def stack(*, protect: bool = True, environment: str = f"000000000000/{REGION}") -> dict[str, Any]:
    role = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/nobody-made-it-${AWS::Region}"
    properties = {"terminationProtection": protect, "assumeRoleArn": role}
    return {
        "type": "aws:cloudformation:stack",
        "environment": f"aws://{environment}",
        "properties": properties,
    }


def assembly(folder: Path, **artifacts: dict[str, Any]) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    return folder


def lift(aws: Aws, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "blockwork", "lift-protection", folder],
        cwd=ROOT,
        env={
            "AWS_ENDPOINT_URL": aws.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "NO_PROXY": "127.0.0.1",
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_only_stacks_of_the_assembly_that_are_in_nobodys_use_lose_it(
    aws: Aws, tmp_path: Path
) -> None:
    for name in ("lift-failed", "lift-nested", "lift-unasked", "lift-foreign"):
        assert create(aws, name, BROKEN) == "ROLLBACK_COMPLETE"
    assert create(aws, "lift-used", QUEUE) == "CREATE_COMPLETE"
    nested = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "inner"}}
    anywhere = stack(environment="unknown-account/unknown-region")
    assembly(tmp_path / "inner", **{"lift-nested": anywhere})
    unasked = stack(protect=False)
    told = {"lift-failed": stack(), "lift-used": stack(), "lift-unasked": unasked, "Stage": nested}

    done = lift(aws, assembly(tmp_path, **told))

    assert done.returncode == 0, done.stderr
    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == [
        "lift-failed",
        "lift-nested",
    ]
    names = ("lift-failed", "lift-nested", "lift-unasked", "lift-foreign", "lift-used")
    assert [protected(aws, name) for name in names] == [False, False, True, True, True]


def test_in_an_account_that_is_not_ours_it_needs_the_role(aws: Aws, tmp_path: Path) -> None:
    elsewhere = stack(environment=f"999999999999/{REGION}")
    elsewhere["properties"]["assumeRoleArn"] = "arn:aws:iam::999999999999:role/deploys"

    done = lift(aws, assembly(tmp_path, Foreign=elsewhere))

    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert "AssumeRole" in done.stderr


@pytest.mark.parametrize(
    "content",
    [
        None,
        "",
        "{}",
        "[]",
        "no JSON",
        '{"artifacts": []}',
        '{"artifacts": {"A": 1}}',
        '{"artifacts": {"A": {"type": "aws:cloudformation:stack"}}}',
        '{"artifacts": {"A": {"type": "aws:cloudformation:stack", "environment": "here",'
        ' "properties": {"terminationProtection": true}}}}',
        '{"artifacts": {"A": {"type": "cdk:cloud-assembly",'
        ' "properties": {"directoryName": "nowhere"}}}}',
    ],
)
def test_what_is_no_assembly_is_refused(aws: Aws, tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "manifest.json").write_text(content)

    done = lift(aws, tmp_path)

    assert done.returncode == 1
    assert "is no cloud assembly: make one with 'cdk synth --output" in done.stderr
