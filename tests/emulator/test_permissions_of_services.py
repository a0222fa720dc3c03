"""Who is configured to publish, send or invoke does so only where the target lets it."""

import json
from typing import Any

import pytest

from tests.emulator.policies import ACCOUNT, USE, key, let, policy
from tests.emulator.support import Aws, chain, eventually, function, received, role

TABLE = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    },
}
# Notes in a table that it has been invoked, and by what.
LISTENER = """
import os, boto3
def handler(event, context):
    record = event["Records"][0]
    source = record.get("eventSource") or record["EventSource"]
    boto3.client("dynamodb").put_item(
        TableName=os.environ["HEARD"], Item={"id": {"S": os.environ["WHO"] + " " + source}})
"""


def told(queue: list[dict[str, Any]], key_policy: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a rule and a topic that tell an encrypted queue."""
    arn = {"Fn::GetAtt": ["Told", "Arn"]}
    return {
        **chain(),
        "Key": key(*key_policy),
        "Told": {
            "Type": "AWS::SQS::Queue",
            "Properties": {"KmsMasterKeyId": {"Fn::GetAtt": ["Key", "Arn"]}},
        },
        **policy("Queue", "Told", *queue),
        "News": {"Type": "AWS::SNS::Topic"},
        "ToQueue": subscription("sqs", arn),
        "Rule": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "EventPattern": {"source": ["test.permissions"]},
                "Targets": [
                    {
                        "Id": "Told",
                        "Arn": arn,
                        "DeadLetterConfig": {"Arn": {"Fn::GetAtt": ["Failed", "Arn"]}},
                    }
                ],
            },
        },
    }


def subscription(protocol: str, endpoint: dict[str, Any]) -> dict[str, Any]:
    return {
        "Type": "AWS::SNS::Subscription",
        "Properties": {"TopicArn": {"Ref": "News"}, "Protocol": protocol, "Endpoint": endpoint},
    }


def messages(aws: Aws, url: str) -> list[dict[str, Any]]:
    answer = aws.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


SEND = [let("sns", "sqs:SendMessage"), let("events", "sqs:SendMessage")]
ENCRYPT = [let("sns", *USE), let("events", *USE)]


def test_a_topic_and_a_rule_tell_a_queue_that_lets_them_its_key_included(aws: Aws) -> None:
    made = aws.deploy("told", told(SEND, ENCRYPT), queue={"Ref": "Told"}, topic={"Ref": "News"})

    aws.client("sns").publish(TopicArn=made["topic"], Message="published")
    published = received(aws, made["queue"])
    put_event(aws)
    event = received(aws, made["queue"])

    assert published["body"]["Message"] == "published"
    assert event["body"]["source"] == "test.permissions"


@pytest.mark.parametrize(
    ("name", "queue", "key_policy"),
    [
        ("untold-by-the-queue", [], ENCRYPT),
        ("untold-by-the-key", SEND, []),
    ],
)
def test_a_queue_that_does_not_let_them_is_told_nothing_and_the_rule_says_so(
    aws: Aws, name: str, queue: Any, key_policy: Any
) -> None:
    outputs = {"queue": {"Ref": "Told"}, "topic": {"Ref": "News"}, "failed": {"Ref": "Failed"}}
    made = aws.deploy(name, told(queue, key_policy), **outputs)

    aws.client("sns").publish(TopicArn=made["topic"], Message="published")
    put_event(aws)

    dead = received(aws, made["failed"])
    assert dead["attributes"]["ERROR_CODE"] == "NO_PERMISSIONS"
    assert "sqs:SendMessage" in dead["attributes"]["ERROR_MESSAGE"]
    assert messages(aws, made["queue"]) == []
    aws.client("cloudformation").delete_stack(StackName=name)


def put_event(aws: Aws) -> None:
    entry = {"Source": "test.permissions", "DetailType": "Something", "Detail": "{}"}
    assert aws.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0


def listener(who: str) -> dict[str, Any]:
    variables = {"HEARD": {"Ref": "Heard"}, "WHO": who}
    return function(LISTENER, Environment={"Variables": variables})


def test_a_topic_and_a_bucket_invoke_only_the_function_that_lets_them(aws: Aws) -> None:
    permissions = {
        f"Let{service}": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "Action": "lambda:InvokeFunction",
                "FunctionName": {"Ref": "Open"},
                "Principal": f"{service}.amazonaws.com",
                "SourceAccount": ACCOUNT,
            },
        }
        for service in ("sns", "s3")
    }
    functions = {name: {"Fn::GetAtt": [name, "Arn"]} for name in ("Closed", "Open")}
    resources = {
        "Role": role("dynamodb:PutItem"),
        "Heard": TABLE,
        "Open": listener("Open"),
        "Closed": listener("Closed"),
        **permissions,
        "News": {"Type": "AWS::SNS::Topic"},
        **{f"To{name}": subscription("lambda", arn) for name, arn in functions.items()},
        "Files": {"Type": "AWS::S3::Bucket"},
    }
    made = aws.deploy(
        "listeners",
        resources,
        **functions,
        topic={"Ref": "News"},
        files={"Ref": "Files"},
        heard={"Ref": "Heard"},
    )
    s3 = aws.client("s3")
    s3.put_bucket_notification_configuration(
        Bucket=made["files"],
        NotificationConfiguration={
            "LambdaFunctionConfigurations": [
                {
                    "LambdaFunctionArn": made[name],
                    "Events": ["s3:ObjectCreated:*"],
                    "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": f"{name}/"}]}},
                }
                for name in functions
            ]
        },
    )

    aws.client("sns").publish(TopicArn=made["topic"], Message="published")
    for name in functions:
        s3.put_object(Bucket=made["files"], Key=f"{name}/1", Body=b"")

    heard = eventually(lambda: sorted(heard_by(aws, made["heard"]))[1:])
    assert sorted(heard_by(aws, made["heard"])) == ["Open aws:s3", "Open aws:sns"], heard


def heard_by(aws: Aws, table: str) -> list[str]:
    items = aws.client("dynamodb").scan(TableName=table)["Items"]
    return [item["id"]["S"] for item in items]


PRODUCER = """
import os, boto3
def handler(event, context):
    boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody="{}")
"""


@pytest.mark.parametrize(
    ("name", "actions", "allowed"),
    [
        ("sends-with-key", ("sqs:SendMessage", *USE), True),
        ("sends-without-key", ("sqs:SendMessage",), False),
    ],
)
def test_a_role_that_sends_to_an_encrypted_queue_needs_its_key(
    aws: Aws, name: str, actions: tuple[str, ...], allowed: bool
) -> None:
    resources = {
        "Key": key(),
        "Queue": {
            "Type": "AWS::SQS::Queue",
            "Properties": {"KmsMasterKeyId": {"Fn::GetAtt": ["Key", "Arn"]}},
        },
        "Role": role(*actions),
        "Producer": function(PRODUCER, Environment={"Variables": {"QUEUE": {"Ref": "Queue"}}}),
    }
    made = aws.deploy(name, resources, producer={"Ref": "Producer"}, queue={"Ref": "Queue"})

    answer = aws.client("lambda").invoke(FunctionName=made["producer"])

    assert ("FunctionError" not in answer) is allowed
    assert len(messages(aws, made["queue"])) == allowed
