"""Fn::GetStackOutput: an output of a stack in another region or account."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests import waiting
from tests.emulator.support import Aws, eventually

ABROAD = "us-east-1"
OTHER_ACCOUNT = "471382950617"
PARAMETER = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "abroad"}}


def deploy(cloudformation: Any, stack: str, resources: dict[str, Any], **outputs: Any) -> str:
    """Make a stack and return the status it ends in."""
    template = {
        "Resources": resources,
        "Outputs": {name: {"Value": value} for name, value in outputs.items()},
    }
    cloudformation.create_stack(
        StackName=stack, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_IAM"]
    )

    def ended() -> str:
        (made,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
        status: str = made["StackStatus"]
        return "" if status.endswith("_IN_PROGRESS") else status

    return eventually(ended)


def reading(**where: str) -> dict[str, Any]:
    """Return a parameter whose value is the output `Name` of the stack `producer`."""
    asked = {"StackName": "producer", "OutputName": "Name", **where}
    value = {"Fn::GetStackOutput": asked}
    return {
        "Copy": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}
    }


@pytest.fixture(scope="module")
def producer(aws: Aws) -> Iterator[str]:
    """Return the value of an output of a stack in another region."""
    abroad = aws.client("cloudformation", region=ABROAD)
    deploy(abroad, "producer", {"Named": PARAMETER}, Name={"Ref": "Named"})
    (made,) = abroad.describe_stacks(StackName="producer")["Stacks"]
    yield made["Outputs"][0]["OutputValue"]
    abroad.delete_stack(StackName="producer")


def test_an_output_is_read_in_the_region_that_is_named(aws: Aws, producer: str) -> None:
    cloudformation = aws.client("cloudformation")

    status = deploy(cloudformation, "consumer", reading(Region=ABROAD), Name={"Ref": "Copy"})

    assert status == "CREATE_COMPLETE"
    copy = aws.outputs("consumer")["Name"]
    assert aws.client("ssm").get_parameter(Name=copy)["Parameter"]["Value"] == producer


def test_without_a_region_it_is_looked_for_where_the_stack_is(aws: Aws, producer: str) -> None:
    assert deploy(aws.client("cloudformation"), "at-home", reading()) == "ROLLBACK_COMPLETE"


def test_a_stack_that_is_gone_has_no_outputs(aws: Aws) -> None:
    abroad = aws.client("cloudformation", region="eu-west-1")
    deploy(abroad, "producer", {"Named": PARAMETER}, Name={"Ref": "Named"})
    abroad.delete_stack(StackName="producer")

    status = deploy(aws.client("cloudformation"), "late", reading(Region="eu-west-1"))

    assert status == "ROLLBACK_COMPLETE"


@pytest.mark.parametrize(
    ("allowed", "status"),
    [("cloudformation:DescribeStacks", "CREATE_COMPLETE"), ("s3:GetObject", "ROLLBACK_COMPLETE")],
)
def test_another_accounts_output_is_read_with_a_role_that_may(
    aws: Aws, allowed: str, status: str
) -> None:
    elsewhere = aws.client("cloudformation", OTHER_ACCOUNT)
    iam = aws.client("iam", OTHER_ACCOUNT)
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    name = f"reader-{status.lower().replace('_', '-')}"
    role = iam.create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps({"Statement": [trust]})
    )["Role"]["Arn"]
    may = {"Effect": "Allow", "Action": allowed, "Resource": "*"}
    iam.put_role_policy(
        RoleName=name, PolicyName="May", PolicyDocument=json.dumps({"Statement": [may]})
    )
    if status == "CREATE_COMPLETE":
        deploy(elsewhere, "producer", {"Named": PARAMETER}, Name={"Ref": "Named"})

    read = deploy(aws.client("cloudformation"), f"across-{name}", reading(RoleArn=role))

    assert read == status


@pytest.mark.parametrize("by_change_set", [True, False], ids=["change set", "direct"])
def test_a_stack_that_is_updated_with_the_same_template_reads_anew(
    aws: Aws, by_change_set: bool
) -> None:
    name = f"anew-{by_change_set}".lower()
    cloudformation = aws.client("cloudformation")
    value = {"Fn::GetStackOutput": {"StackName": f"{name}-producer", "OutputName": "Name"}}
    copy = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}
    template = {"Resources": {"Copy": copy}, "Outputs": {"Copy": {"Value": {"Ref": "Copy"}}}}
    aws.deploy(f"{name}-producer", {"Named": PARAMETER}, Name="before")
    copied = aws.deploy(name, {"Copy": copy}, Copy={"Ref": "Copy"})["Copy"]
    aws.deploy(f"{name}-producer", {"Named": PARAMETER}, Name="after")

    if by_change_set:
        change = {"StackName": name, "ChangeSetName": "again"}
        cloudformation.create_change_set(**change, TemplateBody=json.dumps(template))
        planned = waiting.eventually(
            lambda: cloudformation.describe_change_set(**change),
            until=lambda seen: not seen["Status"].endswith("_PROGRESS"),
        )
        (planned,) = planned["Changes"]
        assert planned["ResourceChange"]["LogicalResourceId"] == "Copy"
        cloudformation.execute_change_set(**change)
    else:
        cloudformation.update_stack(StackName=name, TemplateBody=json.dumps(template))

    ssm = aws.client("ssm")
    read = waiting.eventually(
        lambda: ssm.get_parameter(Name=copied)["Parameter"]["Value"],
        until=lambda seen: seen == "after",
    )
    assert read == "after"
