"""Functions with nothing of the runtime kit, behind each block that consumes: poison ends, the rest
is done once.

Behind a rule or a schedule a function fails only where it raises: there is no batch to report of.
"""

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from aws_cdk import CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler

from blockwork.failures.messages import Message, recognise
from blockwork.failures.redrive import RedriveError
from blockwork.failures.targets import Targets
from constructs_lib.blocks import (
    EventConsumer,
    FailureChain,
    QueueConsumer,
    ScheduledTask,
    StreamConsumer,
)
from constructs_lib.primitives import Queue, Stream, Table
from tests.emulator.support import Aws, received
from tests.emulator.synthesised import deploy_constructs
from tests.waiting import eventually, settled

# Tells of all that it tries, and of what it has done.
HANDLER = """
import base64, json, os
import boto3

sqs = boto3.client("sqs")


def tell(what, item):
    sqs.send_message(QueueUrl=os.environ["TOLD"], MessageBody=json.dumps([what, *item]))


def items_of(event):
    for record in event.get("Records", []):
        if "dynamodb" in record:
            change = record["dynamodb"]
            yield change["NewImage"]["id"]["S"], change["SequenceNumber"], ""
        elif "kinesis" in record:
            message = record["kinesis"]
            yield base64.b64decode(message["data"]).decode(), message["sequenceNumber"], ""
        else:
            yield record["body"], record["messageId"], record["receiptHandle"]
    if "Records" not in event:
        yield event.get("detail", {"name": "poison"})["name"], event["id"], ""


def handler(event, context):
    items, failed = list(items_of(event)), []
    poison = [item for item in items if item[0] == "poison"]
    for item in poison:
        tell("tried", item)
    if poison and os.environ["MODE"] == "raise":
        raise ValueError("poison")
    for item in items:
        if item in poison:
            failed.append({"itemIdentifier": item[1]})
            if not item[2]:
                break  # what comes after it in a stream comes again
        else:
            tell("done", item)
    return {"batchItemFailures": failed}
"""
BOTH = pytest.mark.parametrize("mode", ["raise", "report"])
LONG = Duration.minutes(10)
Consume = Callable[[Stack, lambda_.Function, FailureChain], None]


def deploy(aws: Aws, name: str, mode: str, consume: Consume) -> dict[str, str]:
    def build(stack: Stack) -> None:
        told = Queue(stack, "Told")
        failures = FailureChain(stack, "Failures")
        function = lambda_.Function(
            stack,
            "Plain",
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler="index.handler",
            code=lambda_.Code.from_inline(HANDLER),
            timeout=LONG,
            environment={"MODE": mode, "TOLD": told.queue_url},
        )
        told.grant_send_messages(function)
        consume(stack, function, failures)
        CfnOutput(stack, "told", value=told.queue_url)
        CfnOutput(stack, "failed", value=failures.queue.queue_url)

    return deploy_constructs(aws, name, build)


class Stage:
    """Where the command's own code finds AWS."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def client(self, service: Any, **_settings: Any) -> Any:
        return self._aws.client(service)


def parked(note: dict[str, Any]) -> Message:
    """Return a message of the chain as the command reads it."""
    return Message(
        id="1", receipt="1", body=json.dumps(note), sent_at=datetime.now(UTC), attributes={}
    )


def begin(function: lambda_.Function, begun: bool) -> None:
    for part in function.node.find_all():
        if isinstance(part, lambda_.CfnEventSourceMapping):
            part.enabled = begun


class Diary:
    """What a handler has told: its attempts at the poison, and what it has done."""

    def __init__(self, aws: Aws, made: dict[str, str]) -> None:
        self._sqs, self._made = aws.client("sqs"), made
        self.tried: list[str] = []
        self.done: list[str] = []

    def read(self) -> tuple[int, int]:
        """Read on, and let a message that failed come again at once."""
        answer = self._sqs.receive_message(QueueUrl=self._made["told"], MaxNumberOfMessages=10)
        for message in answer.get("Messages", []):
            self._sqs.delete_message(
                QueueUrl=self._made["told"], ReceiptHandle=message["ReceiptHandle"]
            )
            what, name, id_, handle = json.loads(message["Body"])
            (self.done if what == "done" else self.tried).append(name if what == "done" else id_)
            if what == "tried" and handle:
                self._sqs.change_message_visibility(
                    QueueUrl=self._made["work"], ReceiptHandle=handle, VisibilityTimeout=0
                )
        return len(self.tried), len(self.done)

    def ends_with(self, *done: str, tries: int) -> None:
        eventually(self.read, until=lambda seen: seen >= (tries, 0) and seen[1] >= len(done))
        settled(self.read)
        assert sorted(self.done) == sorted(done)
        assert len(self.tried) == tries


@BOTH
def test_a_message_that_is_never_done_ends_in_the_chain_and_the_others_are_done_once(
    aws: Aws, mode: str
) -> None:
    def consume(stack: Stack, function: lambda_.Function, failures: FailureChain) -> None:
        work = Queue(
            stack,
            "Work",
            visibility_timeout=LONG,
            dead_letter_queue=failures.dead_letter_queue(max_receive_count=3),
        )
        QueueConsumer(
            stack,
            "Working",
            queue=work,
            function=function,
            failures=failures,
            batch_size=10 if mode == "report" else None,
        )
        begin(function, begun)
        CfnOutput(stack, "work", value=work.queue_url)

    # All of them are there before it begins, so that they could be one batch.
    begun = False
    made = deploy(aws, f"plain-queue-{mode}", mode, consume)
    names = ["good1", "poison", "good2"]
    aws.client("sqs").send_message_batch(
        QueueUrl=made["work"], Entries=[{"Id": name, "MessageBody": name} for name in names]
    )
    begun = True
    deploy(aws, f"plain-queue-{mode}", mode, consume)

    Diary(aws, made).ends_with("good1", "good2", tries=3)
    (message,) = eventually(
        lambda: aws.client("sqs").receive_message(QueueUrl=made["failed"]).get("Messages")
    )
    assert message["Body"] == "poison"


# All four, the poison and what follows it, and the poison alone, twice; what reports the poison has
# done the first two after the first attempt, and the rest is halved at once.
@pytest.mark.parametrize(("mode", "tries"), [("raise", 4), ("report", 3)])
@pytest.mark.parametrize("kind", ["table", "kinesis"])
def test_a_record_that_is_never_done_is_given_up_and_the_others_are_done_once(
    aws: Aws, kind: str, mode: str, tries: int
) -> None:
    def consume(stack: Stack, function: lambda_.Function, failures: FailureChain) -> None:
        table = Table(
            stack, "Table", partition_key="id", stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES
        )
        stream = Stream(stack, "Stream", removal_policy=RemovalPolicy.DESTROY)
        consumer = StreamConsumer(
            stack,
            "Following",
            source=table if kind == "table" else stream,
            function=function,
            failures=failures,
            retry_attempts=1,
        )
        begin(function, begun)
        CfnOutput(stack, "table", value=table.table_name)
        CfnOutput(stack, "stream", value=stream.stream_name)
        CfnOutput(stack, "alarm", value=consumer.alarm.alarm_name)

    # All of them are there before it begins, so that the good ones share a batch with the poison.
    begun = False
    made = deploy(aws, f"plain-{kind}-{mode}", mode, consume)
    for name in ("good1", "good2", "poison", "good3"):
        if kind == "table":
            aws.client("dynamodb").put_item(TableName=made["table"], Item={"id": {"S": name}})
        else:
            aws.client("kinesis").put_record(
                StreamName=made["stream"], Data=name.encode(), PartitionKey="one"
            )
    begun = True
    deploy(aws, f"plain-{kind}-{mode}", mode, consume)

    diary = Diary(aws, made)
    note = received(aws, made["failed"])["body"]
    diary.ends_with("good1", "good2", "good3", tries=tries)
    assert note["requestContext"]["condition"] == "RetryAttemptsExhausted"
    batch = note["DDBStreamBatchInfo" if kind == "table" else "KinesisBatchInfo"]
    assert batch["batchSize"] == 1
    assert {batch["startSequenceNumber"]} == set(diary.tried)
    cloudwatch = aws.client("cloudwatch")
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[made["alarm"]])["MetricAlarms"]
    dimensions = alarm["Dimensions"]
    known = cloudwatch.list_metrics(MetricName=alarm["MetricName"], Dimensions=dimensions)
    assert known["Metrics"], "nobody measures what the alarm is about"

    with pytest.raises(RedriveError, match=r"poison|reports that the record failed again"):
        Targets(Stage(aws), threading.Event())(recognise(parked(note)))

    diary.ends_with("good1", "good2", "good3", tries=tries + 1)


def test_an_event_that_is_never_done_ends_in_the_chain_and_the_others_are_done_once(
    aws: Aws,
) -> None:
    def consume(stack: Stack, function: lambda_.Function, failures: FailureChain) -> None:
        EventConsumer(
            stack,
            "On",
            bus=events.EventBus.from_event_bus_name(stack, "Bus", "default"),
            pattern=events.EventPattern(source=["test.plain"]),
            function=function,
            failures=failures,
        )

    made = deploy(aws, "plain-event", "raise", consume)
    entry = {"Source": "test.plain", "DetailType": "Something"}
    aws.client("events").put_events(
        Entries=[
            {**entry, "Detail": json.dumps({"name": name})} for name in ("good1", "poison", "good2")
        ]
    )

    Diary(aws, made).ends_with("good1", "good2", tries=3)
    failed: dict[str, Any] = received(aws, made["failed"])["body"]
    assert failed["requestPayload"]["detail"] == {"name": "poison"}


def test_a_run_that_fails_for_the_last_time_ends_in_the_chain(aws: Aws) -> None:
    def consume(stack: Stack, function: lambda_.Function, failures: FailureChain) -> None:
        ScheduledTask(
            stack,
            "Once",
            function=function,
            failures=failures,
            at=scheduler.ScheduleExpression.at(datetime(2020, 1, 1, tzinfo=UTC)),
        )

    made = deploy(aws, "plain-schedule", "raise", consume)

    Diary(aws, made).ends_with(tries=3)
    failed: dict[str, Any] = received(aws, made["failed"])["body"]
    assert failed["requestPayload"]["id"]
