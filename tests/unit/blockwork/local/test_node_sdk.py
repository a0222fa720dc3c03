"""Which packages of AWS's SDK an app's functions in Node.js need here."""

import json
from pathlib import Path

import pytest

from blockwork.local import node_sdk
from blockwork.local.assembly import read_stacks
from blockwork.local.errors import CommandError
from blockwork.local.toolchain import NPM
from tests.unit.blockwork.local.assemblies import resources, write_assembly


def test_what_functions_load_is_needed_but_not_what_they_bring(tmp_path: Path) -> None:
    code = tmp_path / "asset.cafe"
    brought = code / "node_modules" / "@aws-sdk" / "client-sqs"
    brought.mkdir(parents=True)
    (brought / "index.js").write_text('require("@aws-sdk/client-sns")')
    (code / "index.mjs").write_text(
        'import "@aws-sdk/client-s3"; import("@aws-sdk/client-sqs"); import(`@aws-sdk/client-${x}`)'
    )
    functions = resources(
        Asset=("AWS::Lambda::Function", {"Runtime": "nodejs24.x", "Code": {"S3Key": "cafe.zip"}}),
        Inline=(
            "AWS::Lambda::Function",
            {
                "Runtime": {"Fn::FindInMap": ["Latest", {"Ref": "AWS::Region"}, "value"]},
                "Code": {"ZipFile": "require('@aws-sdk/client-ssm')"},
            },
        ),
        Python=("AWS::Lambda::Function", {"Runtime": "python3.14", "Code": {"S3Key": "cafe.zip"}}),
    )
    write_assembly(tmp_path, {"One": functions}, files={"cafe": "asset.cafe"})

    assert node_sdk.needed(read_stacks(tmp_path)) == {"@aws-sdk/client-s3", "@aws-sdk/client-ssm"}


@pytest.mark.parametrize(
    ("service", "package"),
    [
        ("S3", "client-s3"),
        ("CloudWatchLogs", "client-cloudwatch-logs"),
        ("@aws-sdk/client-eventbridge", "client-eventbridge"),
        ("StepFunctions", "client-sfn"),
        ("cognito-identity-provider", "client-cognito-identity-provider"),
        ("CognitoIdentityServiceProvider", "client-cognito-identity-provider"),
    ],
)
def test_a_call_needs_the_client_of_its_service(service: str, package: str) -> None:
    call = json.dumps({"service": service, "action": "x", "parameters": {"service": "other"}})

    assert node_sdk.called({"Create": call}) == {f"@aws-sdk/{package}"}
    joined = {"Fn::Join": ["", [call[:-2], {"Ref": "It"}, '"}']]}
    assert node_sdk.called({"Update": joined}) == {f"@aws-sdk/{package}"}


def test_the_lock_has_what_is_pinned() -> None:
    lock = json.loads((node_sdk.LOCK / "package-lock.json").read_text())["packages"]

    assert lock[""]["dependencies"] == node_sdk.pinned()
    for name, version in node_sdk.pinned().items():
        assert lock[f"node_modules/{name}"]["version"] == version
    assert all("integrity" in package for name, package in lock.items() if name)


def test_a_registry_that_does_not_answer_is_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node_sdk, "NPM", [*NPM, "--offline", f"--cache={tmp_path / 'cache'}"])

    with pytest.raises(CommandError) as refused:
        node_sdk.install({"@aws-sdk/client-s3"}, tmp_path, tmp_path / "local")

    assert "Could not install AWS's SDK for JavaScript" in str(refused.value)
    assert "a registry that does not answer" in str(refused.value)
