"""Events that cannot be delivered."""

import json
from typing import Any

import pytest

from tests.emulator.support import Aws, chain, function, received, role

RESOURCES: dict[str, Any] = {
    **chain(),
    "Role": role(),
    "Consumer": function("def handler(event, context): pass"),
    "Rule": {
        "Type": "AWS::Events::Rule",
        "Properties": {
            "EventPattern": {"source": ["test.delivery"]},
            "Targets": [
                {
                    "Id": "Consumer",
                    "Arn": {"Fn::GetAtt": ["Consumer", "Arn"]},
                    "DeadLetterConfig": {"Arn": {"Fn::GetAtt": ["Failed", "Arn"]}},
                    "RetryPolicy": {"MaximumEventAgeInSeconds": 3600},
                }
            ],
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
    "consumer": {"Fn::GetAtt": ["Consumer", "Arn"]},
    "rule": {"Fn::GetAtt": ["Rule", "Arn"]},
    "failed": {"Ref": "Failed"},
}


def publish(aws: Aws, **detail: Any) -> str:
    entry = {"Source": "test.delivery", "DetailType": "Something", "Detail": json.dumps(detail)}
    answer = aws.client("events").put_events(Entries=[entry])
    return str(answer["Entries"][0]["EventId"])


@pytest.fixture(scope="module")
def made(aws: Aws) -> dict[str, str]:
    return aws.deploy("delivery", RESOURCES, **OUTPUTS)


def test_without_permission_an_event_waits_in_the_dead_letter_queue(
    aws: Aws, made: dict[str, str]
) -> None:
    without = {name: part for name, part in RESOURCES.items() if name != "Permission"}
    aws.deploy("delivery", without, **OUTPUTS)

    event_id = publish(aws, name="refused")

    message = received(aws, made["failed"])
    assert message["body"]["id"] == event_id
    assert message["body"]["detail"] == {"name": "refused"}
    attributes = message["attributes"]
    assert attributes["RULE_ARN"] == made["rule"]
    assert attributes["TARGET_ARN"] == made["consumer"]
    assert attributes["ERROR_CODE"] == "NO_PERMISSIONS"
    assert "not authorized" in attributes["ERROR_MESSAGE"]
    assert {"RETRY_ATTEMPTS", "EXHAUSTED_RETRY_CONDITION"} <= set(attributes)


def test_an_event_for_a_function_that_is_gone_waits_too(aws: Aws, made: dict[str, str]) -> None:
    aws.deploy("delivery", RESOURCES, **OUTPUTS)
    aws.client("lambda").delete_function(FunctionName=made["consumer"])

    publish(aws, name="homeless")

    message = received(aws, made["failed"])
    assert message["body"]["detail"] == {"name": "homeless"}
    assert message["attributes"]["ERROR_CODE"] == "RESOURCE_NOT_FOUND"
