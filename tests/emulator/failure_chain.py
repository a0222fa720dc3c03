"""A service with a failure chain on the emulator, and the command that operates it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from blockwork.local.launch import REGION
from blockwork.local.places import REPOSITORY
from tests.emulator.support import Aws, function, role
from tests.waiting import run

SERVICE = "mailroom"
# Notes every run in a table, so that a test can tell none from one from two. What is gated begins,
# and goes on when the test opens the gate.
CONSUMER = """
import os, time, boto3
table = boto3.client("dynamodb")
def note(key, what):
    table.update_item(
        TableName=os.environ["RUNS"], Key={"id": {"S": key}},
        UpdateExpression="ADD " + what + " :one", ExpressionAttributeValues={":one": {"N": "1"}},
    )
def handler(event, context):
    records = event.get("Records", [event])
    for record in records:
        if record.get("broken"):
            raise ValueError("no such sender")
        key = record.get("id") or record["dynamodb"]["NewImage"]["id"]["S"]
        if record.get("gate"):
            note(key, "begun")
        while record.get("gate") and "Item" not in table.get_item(
            TableName=os.environ["RUNS"], Key={"id": {"S": record["gate"]}}
        ):
            time.sleep(0.05)
        note(key, "runs")
    return {"batchItemFailures": []}
"""


class Chain:
    """A deployed service with a failure chain, and the command that operates it."""

    def __init__(self, aws: Aws, outputs: dict[str, str], directory: Path) -> None:
        self.sqs = aws.client("sqs")
        self.dynamodb = aws.client("dynamodb")
        self.aws = aws
        self.outputs = outputs
        self.queue = outputs["Failed"]
        self.directory = directory

    def put(self, payload: Any, **attributes: str) -> None:
        """Put a message into the chain: a dead letter if it has attributes."""
        body = payload if attributes else invocation(self.outputs["ConsumerArn"], payload)
        said = {k: {"DataType": "String", "StringValue": v} for k, v in attributes.items()}
        self.sqs.send_message(
            QueueUrl=self.queue, MessageBody=json.dumps(body), MessageAttributes=said
        )

    def runs(self) -> dict[str, int]:
        """Return how often each event has run."""
        items = self.dynamodb.scan(TableName=self.outputs["RunsName"])["Items"]
        return {item["id"]["S"]: int(item["runs"]["N"]) for item in items if "runs" in item}

    def begun(self) -> set[str]:
        """Return which of the gated events have ever begun to run."""
        items = self.dynamodb.scan(TableName=self.outputs["RunsName"])["Items"]
        return {item["id"]["S"] for item in items if "begun" in item}

    def open(self, gate: str) -> None:
        """Let everything that waits at the gate go on."""
        self.dynamodb.put_item(TableName=self.outputs["RunsName"], Item={"id": {"S": gate}})

    def depth(self) -> tuple[int, int]:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        counts = self.sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=names)
        visible, hidden = (int(counts["Attributes"][name]) for name in names)
        return visible, hidden

    def command(self, *arguments: str) -> list[str]:
        return [
            *(sys.executable, "-m", "blockwork", "failures", *arguments),
            *("--directory", str(self.directory)),
        ]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return run(*self.command(*arguments), cwd=REPOSITORY)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*arguments),
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def invocation(function_arn: str, payload: Any) -> dict[str, Any]:
    return {
        "version": "1.0",
        "timestamp": "2030-01-01T11:59:00.000Z",
        "requestContext": {
            "requestId": "r1",
            "functionArn": f"{function_arn}:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 3,
        },
        "requestPayload": payload,
        "responseContext": {"statusCode": 200, "functionError": "Unhandled"},
        "responsePayload": {"errorType": "MailError", "errorMessage": "no such sender"},
    }


def deploy_chain(aws: Aws, directory: Path) -> Chain:
    """Deploy the service, and let `directory` be that of its stage."""
    runs: dict[str, Any] = {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
            "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
        },
    }
    resources = {
        "Queue": announced(SERVICE),
        "Work": {
            "Type": "AWS::SQS::Queue",
            "Properties": {
                "RedrivePolicy": {
                    "deadLetterTargetArn": {"Fn::GetAtt": ["Queue", "Arn"]},
                    "maxReceiveCount": 2,
                }
            },
        },
        "Role": role("dynamodb:UpdateItem", "dynamodb:GetItem"),
        "Runs": runs,
        "Consumer": function(
            CONSUMER, Timeout=900, Environment={"Variables": {"RUNS": {"Ref": "Runs"}}}
        ),
    }
    outputs = aws.deploy(
        "letters",
        resources,
        Failed={"Ref": "Queue"},
        WorkUrl={"Ref": "Work"},
        ConsumerArn={"Fn::GetAtt": ["Consumer", "Arn"]},
        RunsName={"Ref": "Runs"},
        StreamArn={"Fn::GetAtt": ["Runs", "StreamArn"]},
    )
    be_stage_of(aws, directory)
    forget_what_others_lost(aws)
    return Chain(aws, outputs, directory)


def forget_what_others_lost(aws: Aws) -> None:
    """Empty the chains that are there: tests of other modules share the emulator."""
    sqs = aws.client("sqs")
    pages = aws.client("resourcegroupstaggingapi").get_paginator("get_resources")
    for page in pages.paginate(TagFilters=[{"Key": "blockwork:failure-chain"}]):
        for found in page["ResourceTagMappingList"]:
            name = found["ResourceARN"].rsplit(":", 1)[-1]
            sqs.purge_queue(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"])


def be_stage_of(aws: Aws, directory: Path) -> None:
    """Let `directory` be that of a stage on the emulator."""
    platform = {"emulatorUrl": aws.endpoint, "region": REGION}
    (directory / "platform.json").write_text(json.dumps(platform))


def announced(name: str, **tags: str) -> dict[str, Any]:
    """Return a queue that says that it is a failure chain's."""
    all_tags = {"blockwork:failure-chain": name, **tags}
    listed = [{"Key": key, "Value": value} for key, value in all_tags.items()]
    return {"Type": "AWS::SQS::Queue", "Properties": {"Tags": listed}}


def event(id_: str, **more: Any) -> dict[str, Any]:
    return {"id": id_, "detail-type": "VoucherPaid", **more}


def dead_letter(chain: Chain) -> dict[str, str]:
    return {"TARGET_ARN": chain.outputs["ConsumerArn"], "ERROR_CODE": "NO_PERMISSIONS"}
