"""What starts functions besides our own events: buckets, queues, replays, schedules."""

import json
import time
from typing import Any

from tests.emulator.support import Aws, chain, function, received, role
from tests.waiting import eventually, settled

NOTE = """
import json, os, time
import boto3


def handler(event, context):
    boto3.client("sqs").send_message(
        QueueUrl=os.environ["TOLD"], MessageBody=json.dumps([time.time(), event])
    )
    bodies = [(r["messageId"], json.loads(r["body"])) for r in event.get("Records", [])]
    failed = [message_id for message_id, body in bodies if body.get("fails")]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}
"""


def consumer(name: str = "Consumer") -> dict[str, Any]:
    variables = {"TOLD": {"Ref": f"{name}Told"}}
    return {
        name: function(NOTE, Environment={"Variables": variables}),
        f"{name}Told": {"Type": "AWS::SQS::Queue"},
    }


def rule(pattern: dict[str, Any], name: str = "Consumer", **properties: Any) -> dict[str, Any]:
    return {
        f"{name}Rule": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "EventPattern": pattern,
                "Targets": [{"Id": "Consumer", "Arn": {"Fn::GetAtt": [name, "Arn"]}}],
                **properties,
            },
        },
        f"{name}Permission": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "Action": "lambda:InvokeFunction",
                "FunctionName": {"Ref": name},
                "Principal": "events.amazonaws.com",
                "SourceArn": {"Fn::GetAtt": [f"{name}Rule", "Arn"]},
            },
        },
    }


def test_a_buckets_property_puts_its_events_on_the_default_bus(aws: Aws) -> None:
    bucket: dict[str, Any] = {"NotificationConfiguration": {"EventBridgeConfiguration": {}}}
    resources = {
        "Role": role("sqs:SendMessage"),
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": bucket},
        **consumer(),
        **rule(
            {
                "source": ["aws.s3"],
                "detail-type": ["Object Created"],
                "detail": {"bucket": {"name": [{"Ref": "Bucket"}]}},
            }
        ),
    }
    told = {"told": {"Ref": "ConsumerTold"}, "bucket": {"Ref": "Bucket"}}
    made = aws.deploy("bucket-events", resources, **told)

    aws.client("s3").put_object(Bucket=made["bucket"], Key="a/b.pdf", Body=b"%PDF")

    _, event = received(aws, made["told"])["body"]
    assert event["detail"]["object"]["key"] == "a/b.pdf"
    assert event["detail"]["object"]["size"] == 4


def test_a_replay_is_marked_and_goes_to_the_rules_it_names(aws: Aws) -> None:
    pattern = {"source": ["test.replay"]}
    resources = {
        "Role": role("sqs:SendMessage"),
        "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "repeated"}},
        "Archive": {
            "Type": "AWS::Events::Archive",
            "Properties": {"SourceArn": {"Fn::GetAtt": ["Bus", "Arn"]}, "EventPattern": pattern},
        },
        **consumer("One"),
        **consumer("Other"),
        **rule(pattern, "One", EventBusName={"Ref": "Bus"}),
        **rule(pattern, "Other", EventBusName={"Ref": "Bus"}),
    }
    made = aws.deploy(
        "replay",
        resources,
        archive={"Fn::GetAtt": ["Archive", "Arn"]},
        bus={"Fn::GetAtt": ["Bus", "Arn"]},
        rule={"Fn::GetAtt": ["OneRule", "Arn"]},
        one={"Ref": "OneTold"},
        other={"Ref": "OtherTold"},
    )
    events = aws.client("events")
    entry = {"Source": "test.replay", "DetailType": "Something", "Detail": '{"name": "again"}'}
    events.put_events(Entries=[{**entry, "EventBusName": "repeated"}])
    _, first = received(aws, made["one"])["body"]
    received(aws, made["other"])

    events.start_replay(
        ReplayName="once-more",
        EventSourceArn=made["archive"],
        EventStartTime=time.time() - 60,
        EventEndTime=time.time() + 1,
        Destination={"Arn": made["bus"], "FilterArns": [made["rule"]]},
    )

    _, again = received(aws, made["one"])["body"]
    assert again.pop("replay-name") == "once-more"
    assert again == first
    eventually(lambda: events.describe_replay(ReplayName="once-more")["State"] == "COMPLETED")
    waiting = {"QueueUrl": made["other"], "AttributeNames": ["ApproximateNumberOfMessages"]}
    depth = settled(lambda: aws.client("sqs").get_queue_attributes(**waiting)["Attributes"])
    assert depth == {"ApproximateNumberOfMessages": "0"}
    assert events.describe_archive(ArchiveName=made["archive"].split("/")[-1])["EventCount"] == 1
    # Other tests look for archives: this one's must not be there.
    aws.client("cloudformation").delete_stack(StackName="replay")
    eventually(lambda: not events.list_archives()["Archives"])


def test_a_reported_message_comes_again_until_it_moves_to_the_dead_letter_queue(aws: Aws) -> None:
    redrive = {"deadLetterTargetArn": {"Fn::GetAtt": ["Failed", "Arn"]}, "maxReceiveCount": 2}
    resources = {
        **chain(),
        "Role": role("sqs:*"),
        "Queue": {
            "Type": "AWS::SQS::Queue",
            "Properties": {"VisibilityTimeout": 600, "RedrivePolicy": redrive},
        },
        **consumer(),
        "Mapping": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {
                "FunctionName": {"Ref": "Consumer"},
                "EventSourceArn": {"Fn::GetAtt": ["Queue", "Arn"]},
                "FunctionResponseTypes": ["ReportBatchItemFailures"],
            },
        },
    }
    outputs = {"queue": "Queue", "told": "ConsumerTold", "failed": "Failed"}
    made = aws.deploy("queue", resources, **{name: {"Ref": ref} for name, ref in outputs.items()})
    bodies: list[dict[str, Any]] = [{"name": "good"}, {"name": "poison", "fails": True}]
    aws.client("sqs").send_message_batch(
        QueueUrl=made["queue"],
        Entries=[{"Id": body["name"], "MessageBody": json.dumps(body)} for body in bodies],
    )

    seen: list[str] = []

    def look() -> int:
        """Note what was consumed, and let what failed come again at once."""
        sqs = aws.client("sqs")
        for message in sqs.receive_message(QueueUrl=made["told"]).get("Messages", []):
            sqs.delete_message(QueueUrl=made["told"], ReceiptHandle=message["ReceiptHandle"])
            for record in json.loads(message["Body"])[1]["Records"]:
                seen.append(json.loads(record["body"])["name"])
                if seen[-1] == "poison":
                    handle = record["receiptHandle"]
                    sqs.change_message_visibility(
                        QueueUrl=made["queue"], ReceiptHandle=handle, VisibilityTimeout=0
                    )
        return len(seen)

    eventually(look, until=lambda count: count >= 3)
    assert received(aws, made["failed"])["body"] == {"name": "poison", "fails": True}
    settled(look)
    assert sorted(seen) == ["good", "poison", "poison"]


def test_a_message_waits_as_long_as_it_was_told_to(aws: Aws) -> None:
    resources = {
        "Role": role("sqs:*"),
        "Queue": {"Type": "AWS::SQS::Queue"},
        **consumer(),
        "Mapping": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {
                "FunctionName": {"Ref": "Consumer"},
                "EventSourceArn": {"Fn::GetAtt": ["Queue", "Arn"]},
            },
        },
    }
    made = aws.deploy("delay", resources, queue={"Ref": "Queue"}, told={"Ref": "ConsumerTold"})

    sent = time.time()
    aws.client("sqs").send_message(QueueUrl=made["queue"], MessageBody="{}", DelaySeconds=2)

    at, _ = received(aws, made["told"])["body"]
    assert at - sent > 1.9


def test_a_schedule_has_the_settings_of_its_template(aws: Aws) -> None:
    schedule: dict[str, Any] = {
        "ScheduleExpression": "cron(0 2 * * ? *)",
        "ScheduleExpressionTimezone": "Europe/London",
        "FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15},
        "Target": {
            "Arn": {"Fn::GetAtt": ["Consumer", "Arn"]},
            "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
            "DeadLetterConfig": {"Arn": {"Fn::GetAtt": ["Failed", "Arn"]}},
        },
    }
    resources = {
        **chain(),
        "Role": role("sqs:SendMessage"),
        **consumer(),
        "Schedule": {"Type": "AWS::Scheduler::Schedule", "Properties": schedule},
    }
    made = aws.deploy(
        "schedule",
        resources,
        name={"Ref": "Schedule"},
        failed={"Fn::GetAtt": ["Failed", "Arn"]},
    )

    kept = aws.client("scheduler").get_schedule(Name=made["name"])

    assert kept["ScheduleExpressionTimezone"] == "Europe/London"
    assert kept["FlexibleTimeWindow"] == schedule["FlexibleTimeWindow"]
    assert kept["Target"]["DeadLetterConfig"]["Arn"] == made["failed"]


def test_a_schedule_whose_function_is_gone_leaves_a_message(aws: Aws) -> None:
    target: dict[str, Any] = {
        "Arn": "arn:aws:lambda:eu-west-2:000000000000:function:gone",
        "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
        "Input": '{"run": "nightly"}',
        "DeadLetterConfig": {"Arn": {"Fn::GetAtt": ["Failed", "Arn"]}},
    }
    schedule = {
        "ScheduleExpression": "at(2020-01-01T00:00:00)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": target,
    }
    resources = {
        **chain(),
        "Role": role(),
        "Schedule": {"Type": "AWS::Scheduler::Schedule", "Properties": schedule},
    }
    made = aws.deploy(
        "schedule-gone",
        resources,
        failed={"Ref": "Failed"},
        arn={"Fn::GetAtt": ["Schedule", "Arn"]},
    )

    message = received(aws, made["failed"])

    assert message["body"] == {"run": "nightly"}
    assert message["attributes"]["SCHEDULE_ARN"] == made["arn"]
    assert message["attributes"]["TARGET_ARN"] == target["Arn"]
