"""Consumers of a table's stream: what they see, what happens when they fail."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from blockwork.local.launch import Emulator
from blockwork.local.toolchain import Toolchain
from tests.conftest import free_port
from tests.emulator.support import Aws, chain, eventually, function, received, role

# Notes the batches it gets in a bucket, and fails at items that say so.
SOURCE = """
import json, os, time
import boto3

s3 = boto3.client("s3")


def handler(event, context):
    records = [record["dynamodb"] for record in event["Records"]]
    items = [record["NewImage"]["id"]["S"] for record in records]
    s3.put_object(
        Bucket=os.environ["BUCKET"],
        Key=os.environ["NAME"] + "/" + str(time.time_ns()),
        Body=json.dumps(items),
    )
    time.sleep(float(os.environ["SECONDS"]) if items[0].startswith("slow") else 0)
    while os.environ["GATE"] and not "Contents" in s3.list_objects_v2(
        Bucket=os.environ["BUCKET"], Prefix=os.environ["GATE"]
    ):
        time.sleep(0.1)
    poison = [r["SequenceNumber"] for r, item in zip(records, items) if item.startswith("poison")]
    if poison and os.environ["MODE"] == "raise":
        raise ValueError("poison")
    return {"batchItemFailures": [{"itemIdentifier": number} for number in poison]}
"""

TABLE = {
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
    "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
    "Replicas": [{"Region": {"Ref": "AWS::Region"}}],
}


def consumer(
    name: str, mode: str = "report", seconds: float = 0, gate: str = "", **mapping: Any
) -> dict[str, Any]:
    variables = {
        **{"BUCKET": {"Ref": "Bucket"}, "NAME": name, "MODE": mode},
        **{"SECONDS": str(seconds), "GATE": gate},
    }
    return {
        name: function(SOURCE, Timeout=900, Environment={"Variables": variables}),
        f"{name}Mapping": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {
                "FunctionName": {"Ref": name},
                "EventSourceArn": {"Fn::GetAtt": ["Table", "StreamArn"]},
                "StartingPosition": "TRIM_HORIZON",
                "FunctionResponseTypes": ["ReportBatchItemFailures"],
                "DestinationConfig": {"OnFailure": {"Destination": {"Ref": "Topic"}}},
                **mapping,
            },
        },
    }


def resources(*consumers: dict[str, Any]) -> dict[str, Any]:
    every = [resource for consumer in consumers for resource in consumer.items()]
    return {
        **chain(),
        "Role": role("s3:PutObject", "s3:ListBucket", "sns:Publish", "dynamodb:*"),
        "Bucket": {"Type": "AWS::S3::Bucket"},
        "Table": {"Type": "AWS::DynamoDB::GlobalTable", "Properties": TABLE},
        **dict(every),
    }


OUTPUTS: dict[str, Any] = {
    "table": {"Ref": "Table"},
    "bucket": {"Ref": "Bucket"},
    "failed": {"Ref": "Failed"},
    "stream": {"Fn::GetAtt": ["Table", "StreamArn"]},
}


def put(aws: Aws, made: dict[str, str], *items: str) -> None:
    for item in items:
        aws.client("dynamodb").put_item(TableName=made["table"], Item={"id": {"S": item}})


def batches(aws: Aws, made: dict[str, str], name: str) -> list[list[str]]:
    s3 = aws.client("s3")
    found = s3.list_objects_v2(Bucket=made["bucket"], Prefix=f"{name}/").get("Contents", [])
    keys = sorted(entry["Key"] for entry in found)
    return [
        json.loads(s3.get_object(Bucket=made["bucket"], Key=key)["Body"].read()) for key in keys
    ]


def seen(aws: Aws, made: dict[str, str], name: str) -> set[str]:
    return {item for batch in batches(aws, made, name) for item in batch}


def test_every_consumer_of_a_stream_sees_what_its_filter_lets_through(aws: Aws) -> None:
    only = {
        "Filters": [
            {
                "Pattern": json.dumps(
                    {
                        "eventName": ["INSERT"],
                        "dynamodb": {"Keys": {"id": {"S": [{"prefix": "a"}]}}},
                    }
                )
            }
        ]
    }
    parts = resources(consumer("All"), consumer("Some", FilterCriteria=only))
    made = aws.deploy("stream-filters", parts, **OUTPUTS)

    put(aws, made, "a1", "b1", "a2")

    eventually(lambda: seen(aws, made, "All") == {"a1", "b1", "a2"})
    eventually(lambda: seen(aws, made, "Some") == {"a1", "a2"})


def test_a_reported_record_comes_again_and_those_before_it_do_not(aws: Aws) -> None:
    settings: dict[str, Any] = {"MaximumRetryAttempts": 1, "BatchSize": 1}
    made = aws.deploy("stream-reports", resources(consumer("All", **settings)), **OUTPUTS)

    put(aws, made, "good1", "poison", "good2")

    eventually(lambda: "good2" in seen(aws, made, "All"))
    assert batches(aws, made, "All") == [["good1"], ["poison"], ["poison"], ["good2"]]
    record = received(aws, made["failed"])["body"]
    assert record["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 2
    batch = record["DDBStreamBatchInfo"]
    assert batch["streamArn"] == made["stream"]
    assert batch["batchSize"] == 1
    (lost,) = read(aws, made, batch["shardId"], batch["startSequenceNumber"])
    assert lost == "poison"


def read(aws: Aws, made: dict[str, str], shard: str, number: str) -> list[str]:
    """Return the item that a report of a failed batch tells of, as a redrive does."""
    streams = aws.client("dynamodbstreams")
    iterator = streams.get_shard_iterator(
        StreamArn=made["stream"],
        ShardId=shard,
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        SequenceNumber=number,
    )["ShardIterator"]
    records = streams.get_records(ShardIterator=iterator, Limit=1)["Records"]
    return [record["dynamodb"]["NewImage"]["id"]["S"] for record in records]


def test_a_batch_that_fails_is_halved_until_the_poison_is_alone(aws: Aws) -> None:
    settings: dict[str, Any] = {
        "MaximumRetryAttempts": 0,
        "BatchSize": 8,
        "BisectBatchOnFunctionError": True,
    }
    parts = resources(consumer("All", "raise", Enabled=False, **settings))
    made = aws.deploy("stream-halves", parts, **OUTPUTS)
    items = ["good1", "good2", "poison", "good3", "good4"]
    put(aws, made, *items)

    parts["AllMapping"]["Properties"]["Enabled"] = True
    aws.deploy("stream-halves", parts, **OUTPUTS)

    eventually(lambda: seen(aws, made, "All") == set(items) and batches(aws, made, "All")[-1] != [])
    record = received(aws, made["failed"])["body"]
    assert record["DDBStreamBatchInfo"]["batchSize"] == 1
    assert batches(aws, made, "All")[0] == items
    assert ["poison"] in batches(aws, made, "All")
    eventually(lambda: "good4" in batches(aws, made, "All")[-1])


def test_a_slow_consumer_holds_up_no_other(aws: Aws) -> None:
    parts = resources(consumer("Slow", gate="gate"), consumer("Quick"))
    made = aws.deploy("stream-slow", parts, **OUTPUTS)
    put(aws, made, "slow")
    eventually(lambda: seen(aws, made, "Slow"))

    put(aws, made, "next")

    eventually(lambda: "next" in seen(aws, made, "Quick"))
    assert seen(aws, made, "Slow") == {"slow"}
    aws.client("s3").put_object(Bucket=made["bucket"], Key="gate", Body=b"")
    eventually(lambda: "next" in seen(aws, made, "Slow"))


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Emulator]:
    emulator = Emulator(tmp_path)
    yield emulator
    emulator.stop()


def started(emulator: Emulator) -> Aws:
    port = emulator.port or free_port()
    emulator.start(port=port, python=Toolchain().emulator_environment())
    return Aws(port)


def test_a_restart_neither_loses_a_change_nor_repeats_one(mortal: Emulator) -> None:
    aws = started(mortal)
    parts = resources(consumer("All", seconds=1, BatchSize=1))
    made = aws.deploy("stream-kept", parts, **OUTPUTS)
    put(aws, made, *(f"slow{number}" for number in range(4)))
    eventually(lambda: seen(aws, made, "All"))

    mortal.stop()
    aws = started(mortal)
    put(aws, made, "later")

    eventually(lambda: "later" in seen(aws, made, "All"))
    expected = [*(f"slow{number}" for number in range(4)), "later"]
    assert batches(aws, made, "All") == [[item] for item in expected]
