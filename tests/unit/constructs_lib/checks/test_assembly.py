"""Templates read as CloudFormation would (Template Reference, "Intrinsic functions")."""

import json
from pathlib import Path
from typing import Any

import pytest

from constructs_lib.checks.assembly import NO_VALUE, Assembly, Stack

RESOURCES = {
    "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "orders"}},
    "Topic": {"Type": "AWS::SNS::Topic"},
    "Bucket": {"Type": "AWS::S3::Bucket"},
    "Lines": {"Type": "AWS::Logs::LogGroup"},
    "Table": {"Type": "AWS::DynamoDB::Table"},
    "Rule": {"Type": "AWS::Events::Rule", "Properties": {"EventBusName": "shop"}},
    "Bare": {"Type": "AWS::Events::Rule"},
    "Function": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "pay"}},
    "Live": {
        "Type": "AWS::Lambda::Alias",
        "Properties": {"Name": "live", "FunctionName": {"Ref": "Function"}},
    },
}
OTHER = {
    "Outputs": {
        "Bus": {"Value": {"Fn::Sub": "${AWS::StackName}-bus"}, "Export": {"Name": "TheBus"}},
        "Plain": {"Value": "plain"},
    }
}
QUEUE_ARN = "arn:aws:sqs:eu-west-2:111111111111:orders"


def assembly(folder: Path, **templates: dict[str, Any]) -> Assembly:
    artifacts: dict[str, Any] = {"Tree": {"type": "cdk:tree"}}
    for name, template in templates.items():
        file = f"{name}.template.json"
        (folder / file).write_text(json.dumps(template))
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "environment": "aws://111111111111/eu-west-2",
            "properties": {"templateFile": file},
        }
    (folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    return Assembly(folder)


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    parameters = {"Size": {"Default": "small"}, "Empty": {}}
    template = {"Resources": RESOURCES, "Parameters": parameters}
    return assembly(tmp_path, Test=template, Other=OTHER).stacks[0]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ({"Ref": "Queue"}, "https://sqs.eu-west-2.amazonaws.com/111111111111/orders"),
        ({"Ref": "Topic"}, "arn:aws:sns:eu-west-2:111111111111:Test-Topic"),
        ({"Ref": "Bucket"}, "Test-Bucket"),
        ({"Ref": "Live"}, "arn:aws:lambda:eu-west-2:111111111111:function:pay:live"),
        ({"Ref": "AWS::Region"}, "eu-west-2"),
        ({"Ref": "Size"}, "small"),
        ({"Ref": "Empty"}, "Empty"),
        ({"Fn::GetAtt": "Queue.Arn"}, QUEUE_ARN),
        ({"Fn::GetAtt": ["Queue", "Arn"]}, QUEUE_ARN),
        ({"Fn::GetAtt": ["Queue", "QueueName"]}, "orders"),
        (
            {"Fn::GetAtt": ["Lines", "Arn"]},
            "arn:aws:logs:eu-west-2:111111111111:log-group:Test-Lines:*",
        ),
        (
            {"Fn::GetAtt": ["Table", "StreamArn"]},
            "arn:aws:dynamodb:eu-west-2:111111111111:table/Test-Table/stream/latest",
        ),
        (
            {"Fn::GetAtt": ["Rule", "Arn"]},
            "arn:aws:events:eu-west-2:111111111111:rule/shop/Test-Rule",
        ),
        ({"Fn::GetAtt": ["Bare", "Arn"]}, "arn:aws:events:eu-west-2:111111111111:rule/Test-Bare"),
        ({"Fn::GetAtt": ["Bucket", "DomainName"]}, "Test-Bucket.s3.amazonaws.com"),
        (
            {"Fn::GetAtt": ["Bucket", "RegionalDomainName"]},
            "Test-Bucket.s3.eu-west-2.amazonaws.com",
        ),
        ({"Fn::GetAtt": ["Bucket", "WebsiteURL"]}, "Test-Bucket.WebsiteURL"),
        ({"Fn::Join": ["/", ["a", {"Ref": "Size"}]]}, "a/small"),
        ({"Fn::Sub": "${Size}, ${Queue.Arn}, ${!Size}"}, f"small, {QUEUE_ARN}, ${{Size}}"),
        ({"Fn::Sub": ["${Own}-${Size}", {"Own": {"Ref": "Bucket"}}]}, "Test-Bucket-small"),
        ({"Fn::Select": ["1", ["a", "b"]]}, "b"),
        ({"Fn::Select": [5, {"Fn::Split": [":", {"Fn::GetAtt": "Queue.Arn"}]}]}, "orders"),
        ({"Fn::Select": [2, ["a", "b"]]}, '{"Fn::Select": [2, ["a", "b"]]}'),
        ({"Fn::If": ["Large", "l", "s"]}, "l"),
        ({"Fn::If": ["Large", {"Ref": "AWS::NoValue"}, "s"]}, "s"),
        ({"Fn::ImportValue": "TheBus"}, "Other-bus"),
        ({"Fn::ImportValue": "Unknown"}, "Unknown"),
        ({"Fn::GetStackOutput": {"StackName": "Other", "OutputName": "Plain"}}, "plain"),
        ({"Fn::GetStackOutput": {"StackName": "Other", "OutputName": "None"}}, "Other.None"),
        (
            {
                "Fn::GetStackOutput": {
                    "StackName": "Other",
                    "OutputName": "Plain",
                    "Region": "us-east-1",
                }
            },
            "Other.Plain",
        ),
        ({"Fn::Base64": "x"}, '{"Fn::Base64": "x"}'),
        ([1, {"Ref": "AWS::NoValue"}, {"a": {"Ref": "AWS::NoValue"}, "b": None}], [1, {"b": None}]),
    ],
    ids=json.dumps,
)
def test_every_reference_has_become_text(stack: Stack, written: Any, read: Any) -> None:
    assert stack.resolve(written) == read


def test_no_value_at_all_is_told_from_null(stack: Stack) -> None:
    assert stack.resolve({"Ref": "AWS::NoValue"}) is NO_VALUE


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        (QUEUE_ARN, "Queue"),
        ("orders", "Queue"),
        ("https://sqs.eu-west-2.amazonaws.com/111111111111/orders", "Queue"),
        ("arn:aws:s3:::Test-Bucket/some/key", "Bucket"),
        ("arn:aws:logs:eu-west-2:111111111111:log-group:Test-Lines:*", "Lines"),
        ("arn:aws:sqs:eu-west-2:222222222222:orders", None),
        ("arn:aws:sns", None),
        ("nothing", None),
    ],
)
def test_an_arn_a_name_or_a_url_finds_its_resource(
    stack: Stack, text: str, id_: str | None
) -> None:
    found = stack.assembly.find(text)

    assert (found.id if found else None) == id_
