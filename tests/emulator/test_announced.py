"""Chains and buses of apps that follow no rule of names are found by what their blocks say."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from aws_cdk import CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_lambda as lambda_

from blockwork.local.places import REPOSITORY
from constructs_lib.blocks import EventBus, FailureChain
from tests.emulator.failure_chain import announced, be_stage_of, invocation
from tests.emulator.support import Aws, eventually
from tests.emulator.synthesised import deploy_constructs
from tests.waiting import run

# Fails until it is told that it is mended.
SHIP = """
import os, boto3
def handler(event, context):
    if "mended" not in boto3.client("sqs").list_queue_tags(QueueUrl=os.environ["STATE"])["Tags"]:
        raise ValueError("no such address")
"""


@pytest.fixture
def directory(aws: Aws, tmp_path: Path) -> Path:
    be_stage_of(aws, tmp_path)
    return tmp_path


def command(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    parts = [*(sys.executable, "-m", "blockwork"), *arguments, *("--directory", str(directory))]
    return run(*parts, cwd=REPOSITORY)


def test_what_an_app_loses_is_listed_redriven_and_replayed(aws: Aws, directory: Path) -> None:
    def build(stack: Stack) -> None:
        state = FailureChain(stack, "Returns", known_as="returns").queue
        bus = EventBus(stack, "Talk", removal_policy=RemovalPolicy.DESTROY)
        ship = lambda_.Function(
            stack,
            "Ship",
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler="index.handler",
            code=lambda_.Code.from_inline(SHIP),
            environment={"STATE": state.queue_url},
        )
        state.grant(ship, "sqs:ListQueueTags")
        bus.subscribe(
            stack,
            "OnPlaced",
            source="shop",
            detail_types=["Placed"],
            function=ship,
            failures=FailureChain(stack, "Shipping"),
        )
        CfnOutput(stack, "bus", value=bus.bus.event_bus_name)
        CfnOutput(stack, "state", value=state.queue_url)

    made = deploy_constructs(aws, "harbour", build)
    entry = {"Source": "shop", "DetailType": "Placed", "EventBusName": made["bus"]}
    aws.client("events").put_events(Entries=[{**entry, "Detail": '{"order": 1}'}])

    def listed() -> list[str] | None:
        rows = command(directory, "failures", "list").stdout.splitlines()
        waiting = [row for row in rows if re.match(r"harbour/Shipping +1 .*Placed", row)]
        return waiting and [row.split()[0] for row in rows]

    assert {"harbour/Shipping", "returns"} <= {*eventually(listed)}
    failed = command(directory, "failures", "redrive", "shipping")
    aws.client("sqs").tag_queue(QueueUrl=made["state"], Tags={"mended": "yes"})
    redriven = command(directory, "failures", "redrive", "shipping")
    replayed = command(
        directory, "events", "replay", "--from", "1h ago", "--type", "Placed", "--bus", "harbour"
    )

    assert "no such address" in failed.stdout
    assert "1 redriven, 0 failed, 0 left" in redriven.stdout
    assert "1 events of" in replayed.stdout
    aws.client("cloudformation").delete_stack(StackName="harbour")
    eventually(lambda: not aws.client("events").list_archives()["Archives"])
    # The queues outlive their stack, and so does what is in them.
    assert {"harbour/Shipping", "returns"} <= {
        row.split()[0] for row in command(directory, "failures", "list").stdout.splitlines()
    }


def test_chains_of_one_name_are_told_apart_and_another_stages_is_left_out(
    aws: Aws, directory: Path
) -> None:
    for stack in ("pier-blue", "pier-green"):
        aws.deploy(stack, {"Anything": announced("pier")})
    outputs = aws.deploy("pier-red", {"Lost": announced("pier", stage="prod")}, url={"Ref": "Lost"})
    body = json.dumps(invocation("arn:aws:lambda:eu-west-2:000000000000:function:f", {}))
    aws.client("sqs").send_message(QueueUrl=outputs["url"], MessageBody=body)

    rows = command(directory, "failures", "list").stdout.splitlines()
    several = command(directory, "failures", "show", "pier")

    found = [row.split()[:2] for row in rows if row.startswith("pier")]
    assert found == [["pier@pier-blue", "0"], ["pier@pier-green", "0"]]
    assert "is in the names of pier@pier-blue, pier@pier-green" in several.stderr
    assert "Nothing has failed" in command(directory, "failures", "show", "PIER-blue").stdout


def test_a_chain_that_was_deleted_is_not_asked(aws: Aws, directory: Path) -> None:
    outputs = aws.deploy("quay", {"Lost": announced("quay")}, url={"Ref": "Lost"})
    aws.client("sqs").delete_queue(QueueUrl=outputs["url"])

    listed = command(directory, "failures", "list")

    assert (listed.returncode, "quay" in listed.stdout) == (0, False)
