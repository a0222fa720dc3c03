"""Fifty saves of a stack: each is deployed, nothing grows without bound, nothing is lost."""

import json
import sys
from pathlib import Path
from typing import Any

import psutil

from blockwork.dev import synthesis
from blockwork.dev.deployment import DirectDeployment
from blockwork.dev.synthesis import SynthServer
from tests.emulator.support import Aws

SAVES = 50
MOST_SYNTHESES = 15
"""Fewer than usually, so that several processes serve these saves."""
APP = """
import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb

app = cdk.App()
synthesizer = cdk.DefaultStackSynthesizer(
    file_assets_bucket_name="fifty-saves",
    generate_bootstrap_version_rule=False,
    cloud_formation_execution_role="",
)
stack = cdk.Stack(app, "FiftySaves", synthesizer=synthesizer)
table = dynamodb.Table(
    stack, "Table", partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)
)
cdk.CfnOutput(stack, "Name", value=table.table_name)
cdk.CfnOutput(stack, "Saved", value="0")
app.synth()
"""


def test_fifty_saves_leave_one_process_the_state_and_bounded_memory(
    aws: Aws, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(synthesis, "MOST_SYNTHESES", MOST_SYNTHESES)
    aws.client("s3").create_bucket(
        Bucket="fifty-saves", CreateBucketConfiguration={"LocationConstraint": "eu-west-2"}
    )
    (tmp_path / "cdk.json").write_text(json.dumps({"app": "python3 app.py"}))
    file = tmp_path / "app.py"
    file.write_text(APP)
    cloudformation, dynamodb = aws.client("cloudformation"), aws.client("dynamodb")
    served: set[int] = set()
    seen: list[int] = []

    with SynthServer(tmp_path, python=Path(sys.executable)) as server:
        template = json.loads((server.synthesize() / "FiftySaves.template.json").read_text())
        name = aws.deploy("FiftySaves", template["Resources"], Name={"Ref": "TableCD117FA1"})[
            "Name"
        ]
        dynamodb.put_item(TableName=name, Item={"id": {"S": "kept"}})
        before = updates(cloudformation)
        deployment = DirectDeployment(aws.client, lambda: None)
        for number in range(1, SAVES + 1):
            file.write_text(APP.replace('value="0"', f'value="{number}"'))
            (change,) = deployment.update(server.synthesize())
            assert (change.by_cdk, change.failures) == (False, ())
            children = [child for child in psutil.Process().children() if synthesises(child)]
            served |= {child.pid for child in children}
            assert len(children) <= 2  # one, and the next one beside it
            seen.append(sum(size(child) for child in children))
        outputs = {o["OutputKey"]: o["OutputValue"] for o in described(cloudformation)["Outputs"]}

    assert outputs == {"Name": name, "Saved": str(SAVES)}
    assert updates(cloudformation) == before + SAVES
    assert dynamodb.get_item(TableName=name, Key={"id": {"S": "kept"}}).get("Item")
    assert len(served) > SAVES // MOST_SYNTHESES - 1
    assert max(seen) < 2 * synthesis.MOST_MEMORY
    assert not [pid for pid in served if psutil.pid_exists(pid)]


def synthesises(process: psutil.Process) -> bool:
    try:
        return any("kept_cdk.py" in word for word in process.cmdline())
    except psutil.Error:  # it has just ended
        return False


def size(process: psutil.Process) -> int:
    try:
        return sum(each.memory_info().rss for each in (process, *process.children(recursive=True)))
    except psutil.NoSuchProcess:
        return 0


def described(cloudformation: Any) -> dict[str, Any]:
    (stack,) = cloudformation.describe_stacks(StackName="FiftySaves")["Stacks"]
    return dict(stack)


def updates(cloudformation: Any) -> int:
    """Return how often the stack was updated, as CloudFormation's events tell."""
    pages = cloudformation.get_paginator("describe_stack_events").paginate(StackName="FiftySaves")
    return sum(
        event["LogicalResourceId"] == "FiftySaves"
        and event["ResourceStatus"] == "UPDATE_IN_PROGRESS"
        for page in pages
        for event in page["StackEvents"]
    )
