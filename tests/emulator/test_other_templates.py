"""What other teams' templates rely on: the order of creation, exports of nested stacks, names."""

import io
import json
import zipfile
from typing import Any

from tests.emulator.support import Aws, function, invoke, role

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


def test_a_group_has_its_users_and_policies(aws: Aws) -> None:
    allowed = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
    inline = {
        "PolicyName": "List",
        "PolicyDocument": {"Version": "2012-10-17", "Statement": [allowed]},
    }
    group = {"Type": "AWS::IAM::Group", "Properties": {"Policies": [inline]}}
    user = {"Type": "AWS::IAM::User", "Properties": {"Groups": [{"Ref": "Group"}]}}

    name = aws.deploy("group", {"Group": group, "User": user}, Name={"Ref": "Group"})["Name"]

    iam = aws.client("iam")
    assert [user["UserName"] for user in iam.get_group(GroupName=name)["Users"]]
    assert iam.list_group_policies(GroupName=name)["PolicyNames"] == ["List"]


def test_a_function_runs_the_program_of_a_layer(aws: Aws) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as content:
        content.writestr("tool/says", "#!/var/lang/bin/python\nimport sys\nprint(sys.argv[1])")
    content_of = {"ZipFile": archive.getvalue()}
    layer = aws.client("lambda").publish_layer_version(LayerName="tool", Content=content_of)
    source = """
import subprocess
def handler(event, context):
    return subprocess.check_output(["/opt/tool/says", event["word"]], text=True)
"""
    tool = function(source, Layers=[layer["LayerVersionArn"]])

    name = aws.deploy("tool", {"Role": role(), "Tool": tool}, Name={"Ref": "Tool"})["Name"]

    assert invoke(aws, name, word="hello")["answer"] == "hello\n"
