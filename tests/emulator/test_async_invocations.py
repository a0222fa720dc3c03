"""What happens to an event that nobody waits for."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from blockwork.local.launch import Emulator
from blockwork.local.toolchain import Toolchain
from tests.conftest import free_port
from tests.emulator.support import Aws, chain, eventually, function, received, role
from tests.emulator.test_saved_state import save
from tests.waiting import settled

# Notes each event in a bucket, then does what the event says.
SOURCE = """
import json, os, time
import boto3

s3 = boto3.client("s3")


def handler(event, context):
    event = event.get("detail", event)
    time.sleep(event.get("seconds", 0))
    if "gate" in event:
        with open(event["gate"] + ".begun", "a") as begun:
            print(time.time(), file=begun)
        while not os.path.exists(event["gate"]):
            time.sleep(0.05)
    s3.put_object(
        Bucket=os.environ["BUCKET"],
        Key=event["name"] + "/" + context.aws_request_id,
        Body=json.dumps({**event, "at": time.time()}),
    )
    if event.get("dies"):
        os._exit(1)
    if event.get("fails"):
        raise ValueError("no use for " + event["name"])
"""

TIMEOUT = 10


def resources(*, retries: int = 1, seconds: int = 60) -> dict[str, Any]:
    variables = {"BUCKET": {"Ref": "Bucket"}}
    consumer = function(SOURCE, Timeout=TIMEOUT, Environment={"Variables": variables})
    return {
        **chain(),
        "Role": role("s3:PutObject", "sns:Publish"),
        "Bucket": {"Type": "AWS::S3::Bucket"},
        "Consumer": consumer,
        "Settings": {
            "Type": "AWS::Lambda::EventInvokeConfig",
            "Properties": {
                "FunctionName": {"Ref": "Consumer"},
                "Qualifier": "$LATEST",
                "MaximumRetryAttempts": retries,
                "MaximumEventAgeInSeconds": seconds,
                "DestinationConfig": {"OnFailure": {"Destination": {"Ref": "Topic"}}},
            },
        },
        "Rule": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "EventPattern": {"source": ["test.async"]},
                "Targets": [{"Id": "Consumer", "Arn": {"Fn::GetAtt": ["Consumer", "Arn"]}}],
            },
        },
        "Permission": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "Action": "lambda:InvokeFunction",
                "FunctionName": {"Ref": "Consumer"},
                "Principal": "events.amazonaws.com",
                "SourceArn": {"Fn::GetAtt": ["Rule", "Arn"]},
            },
        },
    }


OUTPUTS: dict[str, Any] = {
    "consumer": {"Ref": "Consumer"},
    "bucket": {"Ref": "Bucket"},
    "failed": {"Ref": "Failed"},
}


@pytest.fixture(scope="module")
def made(aws: Aws) -> dict[str, str]:
    return aws.deploy("async", resources(), **OUTPUTS)


def publish(aws: Aws, **detail: Any) -> None:
    entry = {"Source": "test.async", "DetailType": "Something", "Detail": json.dumps(detail)}
    assert not aws.client("events").put_events(Entries=[entry])["FailedEntryCount"]


def runs(aws: Aws, made: dict[str, str], name: str) -> int:
    found = aws.client("s3").list_objects_v2(Bucket=made["bucket"], Prefix=f"{name}/")
    return int(found["KeyCount"])


def test_an_event_whose_handler_died_is_not_tried_again_before_its_time_is_over(
    aws: Aws, made: dict[str, str]
) -> None:
    published = time.time()
    publish(aws, name="dying", dies=True)

    context = received(aws, made["failed"])["body"]["requestContext"]

    assert context["approximateInvokeCount"] == 2
    storage, bucket = aws.client("s3"), made["bucket"]
    found = storage.list_objects_v2(Bucket=bucket, Prefix="dying/")["Contents"]
    bodies = [storage.get_object(Bucket=bucket, Key=one["Key"])["Body"] for one in found]
    _, second = sorted(json.loads(body.read())["at"] for body in bodies)
    assert second - published >= TIMEOUT


def test_a_failed_event_of_a_rule_is_tried_again_and_then_reported_whole(
    aws: Aws, made: dict[str, str]
) -> None:
    publish(aws, name="poison", fails=True)

    record = received(aws, made["failed"])["body"]

    arn = aws.client("lambda").get_function(FunctionName=made["consumer"])
    context = record["requestContext"]
    assert context["functionArn"] == arn["Configuration"]["FunctionArn"] + ":$LATEST"
    assert context["condition"] == "RetriesExhausted"
    assert context["approximateInvokeCount"] == 2 == runs(aws, made, "poison")
    assert record["requestPayload"]["detail"] == {"name": "poison", "fails": True}
    assert record["requestPayload"]["source"] == "test.async"
    assert record["responseContext"]["functionError"] == "Unhandled"
    assert record["responsePayload"]["errorMessage"] == "no use for poison"


def test_an_invocation_that_nobody_waits_for_fails_in_the_same_way(
    aws: Aws, made: dict[str, str]
) -> None:
    payload = {"name": "directly", "fails": True}

    aws.client("lambda").invoke(
        FunctionName=made["consumer"], InvocationType="Event", Payload=json.dumps(payload)
    )

    record = received(aws, made["failed"])["body"]
    assert record["requestPayload"] == payload
    assert record["requestContext"]["approximateInvokeCount"] == 2


def test_a_throttled_event_waits_and_is_no_failure(aws: Aws, made: dict[str, str]) -> None:
    client = aws.client("lambda")
    client.put_function_concurrency(FunctionName=made["consumer"], ReservedConcurrentExecutions=0)
    publish(aws, name="patient")
    assert settled(lambda: runs(aws, made, "patient")) == 0

    client.delete_function_concurrency(FunctionName=made["consumer"])

    eventually(lambda: runs(aws, made, "patient") == 1)


def test_errors_are_counted_and_logged_though_nobody_waited(aws: Aws, made: dict[str, str]) -> None:
    publish(aws, name="counted", fails=True)
    received(aws, made["failed"])

    def errors() -> float:
        found = aws.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName="Errors",
            Dimensions=[{"Name": "FunctionName", "Value": made["consumer"]}],
            StartTime=time.time() - 600,
            EndTime=time.time() + 60,
            Period=3600,
            Statistics=["Sum"],
        )
        return float(sum(point["Sum"] for point in found["Datapoints"]))

    assert errors() >= 2
    logged = aws.client("logs").filter_log_events(
        logGroupName=f"/aws/lambda/{made['consumer']}", filterPattern="ValueError"
    )["events"]
    assert any("no use for counted" in event["message"] for event in logged)


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Emulator]:
    settings = {"ASYNC_CONCURRENCY": "1", "LAMBDA_ASYNC_RETRY_BASE_SECONDS": "0.1"}
    emulator = Emulator(tmp_path, settings=settings | {"STATE_SAVE_SECONDS": "0.2"})
    yield emulator
    emulator.stop()


def started(emulator: Emulator) -> Aws:
    port = emulator.port or free_port()
    emulator.start(port=port, python=Toolchain().emulator_environment())
    return Aws(port)


def test_what_waits_when_the_emulator_stops_is_done_once_when_it_is_back(mortal: Emulator) -> None:
    aws = started(mortal)
    made = aws.deploy("async", resources(), **OUTPUTS)
    names = [f"event-{number}" for number in range(6)]
    for name in names:
        publish(aws, name=name, seconds=0.5)
    eventually(lambda: runs(aws, made, names[0]))

    mortal.stop()
    aws = started(mortal)

    eventually(lambda: all(runs(aws, made, name) for name in names))
    assert [runs(aws, made, name) for name in names] == [1] * len(names)


def test_what_waits_when_the_emulator_is_killed_is_done_when_it_is_back(
    mortal: Emulator, tmp_path: Path
) -> None:
    aws = started(mortal)
    made = aws.deploy("async", resources(retries=2, seconds=3600), **OUTPUTS)
    gate, begun = tmp_path / "gate", tmp_path / "gate.begun"
    names = [f"event-{number}" for number in range(6)]
    published = time.time()
    publish(aws, name=names[0], gate=str(gate))
    for name in names[1:]:
        publish(aws, name=name)
    eventually(begun.exists)
    save(aws, mortal)
    assert mortal.group is not None
    gateway = next(
        p for p in mortal.group.members() if p.cmdline()[-1] == "blockwork.local.emulator"
    )

    gateway.kill()
    gateway.wait()
    gate.touch()

    def all_done() -> bool:
        try:
            return all(runs(aws, made, name) for name in names)
        except Exception:  # not back yet
            return False

    def begins() -> list[float]:
        return [float(line) for line in begun.read_text().splitlines()]

    eventually(all_done)
    # Who has lost its emulator may have come to its end: what nobody has heard of is done again.
    eventually(lambda: len(begins()) > 1)
    times = begins()
    # Each time that it ran had been given up before the next one.
    assert times[-1] - published >= (len(times) - 1) * TIMEOUT
