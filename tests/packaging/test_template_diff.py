"""The template diff as a workflow calls it, with the real CDK CLI and no AWS account."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.packaging.conftest import ROOT

Template = dict[str, Any]
TABLE = {
    "Type": "AWS::DynamoDB::GlobalTable",
    "Properties": {
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    },
}


def policy(action: str) -> Template:
    statement = {"Effect": "Allow", "Action": action, "Resource": {"Fn::GetAtt": ["Table", "Arn"]}}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    properties = {"PolicyName": "P", "PolicyDocument": document, "Roles": [{"Ref": "Role"}]}
    return {"Type": "AWS::IAM::Policy", "Properties": properties}


def assembly(folder: Path, **stacks: Template) -> Path:
    folder.mkdir()
    artifacts = {}
    for name, resources in stacks.items():
        outputs = resources.pop("Outputs", {})
        template = {"Resources": resources, "Outputs": outputs}
        (folder / f"{name}.json").write_text(json.dumps(template))
        properties = {"templateFile": f"{name}.json"}
        artifacts[name] = {"type": "aws:cloudformation:stack", "properties": properties}
    (folder / "manifest.json").write_text(json.dumps({"version": "1", "artifacts": artifacts}))
    return folder


def template_diff(base: Path, head: Path) -> str:
    without_account = {key: value for key, value in os.environ.items() if key[:4] != "AWS_"}
    without_account |= {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    result = subprocess.run(
        [sys.executable, "-m", "blockwork", "diff", base, head, "--markdown"],
        cwd=ROOT,
        env={**without_account, "AWS_EC2_METADATA_DISABLED": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_a_replaced_table_and_a_new_permission_are_told(tmp_path: Path) -> None:
    other_key = json.loads(json.dumps(TABLE).replace('"id"', '"productId"'))
    base = assembly(tmp_path / "base", Catalog={"Table": TABLE, "P": policy("dynamodb:GetItem")})
    head = assembly(
        tmp_path / "head", Catalog={"Table": other_key, "P": policy("dynamodb:DeleteTable")}
    )

    comment = template_diff(base, head)

    assert "> - Catalog: AWS::DynamoDB::GlobalTable Table will be replaced" in comment
    permissions = comment[comment.index("#### Permissions") : comment.index("#### Resources")]
    (more,) = (line for line in permissions.splitlines() if line.startswith("+ │ + │"))
    assert "dynamodb:DeleteTable" in more
    (less,) = (line for line in permissions.splitlines() if line.startswith("- │ - │"))
    assert "dynamodb:GetItem" in less
    assert "KeySchema (requires replacement)" in comment
    assert '[-]     "AttributeName": "id"' in comment
    assert '[+]     "AttributeName": "productId"' in comment
    assert "NOTE" not in comment
    assert "<summary>Catalog: 2 changed</summary>" in comment


def test_a_new_stack_and_a_removed_one_are_told(tmp_path: Path) -> None:
    base = assembly(tmp_path / "base", Old={"Table": {**TABLE, "DeletionPolicy": "Retain"}})
    head = assembly(tmp_path / "head", New={"Topic": {"Type": "AWS::SNS::Topic"}})

    comment = template_diff(base, head)

    assert "> - Old: AWS::DynamoDB::GlobalTable Table will be left behind" in comment
    assert "<summary>New: 1 added</summary>" in comment
    assert "<summary>Old: 1 removed</summary>" in comment


def test_who_reads_what_is_replaced_and_would_be_skipped_is_named(tmp_path: Path) -> None:
    def bus(name: str) -> Template:
        output = {"BusArn": {"Value": {"Fn::GetAtt": ["Bus", "Arn"]}}}
        resource = {"Type": "AWS::Events::EventBus", "Properties": {"Name": name}}
        return {"Bus": resource, "Outputs": output}

    def rule() -> Template:
        reference = {"Fn::GetStackOutput": {"StackName": "Foundation", "OutputName": "BusArn"}}
        properties = {"EventBusName": reference, "EventPattern": {"source": ["shop.orders"]}}
        return {"Rule": {"Type": "AWS::Events::Rule", "Properties": properties}}

    base = assembly(tmp_path / "base", Foundation=bus("before"), Orders=rule())
    head = assembly(tmp_path / "head", Foundation=bus("after"), Orders=rule())

    comment = template_diff(base, head)

    assert (
        "> ! Foundation: AWS::Events::EventBus Bus is replaced, and read by Orders:"
        " deploy with `--force`"
    ) in comment
