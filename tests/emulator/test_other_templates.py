"""What other teams' templates rely on: the order of creation, exports of nested stacks, names."""

import json
from typing import Any

from tests.emulator.support import Aws, role

TEMPLATES = "templates-of-tests"


def queue(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": properties}


def test_what_depends_on_nothing_is_made_before_what_does(aws: Aws) -> None:
    after = {**queue(), "DependsOn": "Begin"}

    aws.deploy("order", {"Zulu": queue(), "Begin": queue(), "Alpha": after})

    made = [
        event["LogicalResourceId"]
        for event in aws.client("cloudformation").describe_stack_events(StackName="order")[
            "StackEvents"
        ]
        if event["ResourceStatus"] == "CREATE_COMPLETE" and event["LogicalResourceId"] != "order"
    ]
    assert made[0] == "Alpha"  # the last event comes first


def nested(aws: Aws, name: str, template: dict[str, Any]) -> dict[str, Any]:
    key = f"{name}.json"
    aws.client("s3").put_object(Bucket=TEMPLATES, Key=key, Body=json.dumps(template))
    url = f"{aws.endpoint}/{TEMPLATES}/{key}"
    return {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}


def test_a_nested_stack_imports_what_another_exports(aws: Aws) -> None:
    s3 = aws.client("s3")
    s3.create_bucket(
        Bucket=TEMPLATES, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name}
    )
    export = {"Name": {"Fn::Sub": "queue-${AWS::Region}"}}
    output = {"Value": {"Fn::GetAtt": ["Queue", "QueueName"]}, "Export": export}
    makes = {"Resources": {"Queue": queue()}, "Outputs": {"Name": output}}
    imported = {"Fn::ImportValue": {"Fn::Sub": "queue-${AWS::Region}"}}
    takes = {
        "Resources": {
            "Copy": {
                "Type": "AWS::SSM::Parameter",
                "Properties": {"Name": "imported", "Type": "String", "Value": imported},
            }
        },
    }
    second = {**nested(aws, "takes", takes), "DependsOn": "Makes"}

    aws.deploy("nests", {"Makes": nested(aws, "makes", makes), "Takes": second})

    value = aws.client("ssm").get_parameter(Name="imported")["Parameter"]["Value"]
    assert value.startswith("nests-Makes")


def test_a_crawler_takes_its_roles_name(aws: Aws) -> None:
    crawler = {
        "Name": "crawls",
        "Role": {"Ref": "Role"},
        "DatabaseName": "logs",
        "Targets": {"S3Targets": [{"Path": "s3://logs"}]},
    }

    aws.deploy(
        "crawler",
        {"Role": role(), "Crawler": {"Type": "AWS::Glue::Crawler", "Properties": crawler}},
    )

    made = aws.client("glue").get_crawler(Name="crawls")["Crawler"]
    assert made["Role"].rpartition("/")[2].startswith("crawler-Role")
