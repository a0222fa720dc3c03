"""A custom resource whose function cannot answer any more fails its stack at once, and says why."""

from typing import Any

import pytest

from tests import waiting
from tests.emulator.support import Aws, function, role

ANSWERS = """
import json, urllib.request

def answer(event):
    body = {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
    body |= {"Status": "SUCCESS", "PhysicalResourceId": "it", "Data": {"Said": "late"}}
    request = urllib.request.Request(
        event["ResponseURL"], json.dumps(body).encode(), {"content-type": ""}, method="PUT"
    )
    urllib.request.urlopen(request)
"""
ASKS = """
import boto3, json

def handler(event, context):
    boto3.client("lambda").invoke(
        FunctionName=event["ResourceProperties"]["Answers"],
        InvocationType="Event",
        Payload=json.dumps(event),
    )
"""
LATER = f"""
import time
{ANSWERS}

def handler(event, context):
    time.sleep(2)  # longer than the emulator of these tests waits where nothing works
    answer(event)
"""
FAILS = {
    "cannot-start": ("import nowhere\ndef handler(event, context): pass", "nowhere"),
    "raises": ("def handler(event, context): raise KeyError('the shelf')", "KeyError"),
    "never-ends": ("import time\ndef handler(event, context): time.sleep(60)", "timed out"),
    "says-nothing": ("def handler(event, context): pass", "without an answer"),
}


def made(source: str, **properties: Any) -> dict[str, Any]:
    """Return resources: one that a function of this source makes."""
    asked = {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}}
    return {
        "Role": role(),
        "Function": function(source, **properties),
        "It": {"Type": "Custom::It", "Properties": asked},
    }


def status(aws: Aws, stack: str) -> str:
    described = aws.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    return str(described["StackStatus"])


@pytest.fixture(scope="module")
def failed(aws: Aws) -> None:
    """Deploy all of them at once: where one waits for ever, none is waited for any longer."""
    stacks = {how: f"custom-resource-{how}" for how in FAILS}
    for how, stack in stacks.items():
        aws.begin(stack, made(FAILS[how][0], Timeout=2, FunctionName=stack))
    waiting.eventually(
        lambda: [status(aws, stack) for stack in stacks.values()],
        until=lambda seen: {*seen} == {"ROLLBACK_COMPLETE"},
    )


@pytest.mark.usefixtures("failed")
@pytest.mark.parametrize("how", FAILS)
def test_it_fails_with_what_the_function_says(aws: Aws, how: str) -> None:
    _, said = FAILS[how]
    stack = f"custom-resource-{how}"

    events = aws.client("cloudformation").describe_stack_events(StackName=stack)["StackEvents"]
    (why,) = (
        event["ResourceStatusReason"]
        for event in events
        if event["LogicalResourceId"] == "It" and event["ResourceStatus"] == "CREATE_FAILED"
    )
    assert said in why
    assert f"/aws/lambda/{stack}" in why


def test_it_waits_for_who_is_asked_to_answer(aws: Aws) -> None:
    resources = made(ASKS)
    resources["Role"] = role("lambda:InvokeFunction")
    resources["Later"] = function(LATER)
    resources["It"]["Properties"]["Answers"] = {"Ref": "Later"}

    said = aws.deploy("custom-resource-later", resources, Said={"Fn::GetAtt": ["It", "Said"]})

    assert said == {"Said": "late"}
