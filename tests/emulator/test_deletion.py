"""What CloudFormation may delete, and what it may make again."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.emulator.support import Aws, eventually

BROKEN = {"Type": "AWS::SQS::Queue", "Properties": {"MessageRetentionPeriod": 1}}
KEY = [{"AttributeName": "id", "KeyType": "HASH"}]
ATTRIBUTES = [{"AttributeName": "id", "AttributeType": "S"}]


def table(*, protected: bool) -> dict[str, Any]:
    replica = {"Region": "eu-west-2", "DeletionProtectionEnabled": protected}
    return {
        "Type": "AWS::DynamoDB::GlobalTable",
        "Properties": {
            "KeySchema": KEY,
            "AttributeDefinitions": ATTRIBUTES,
            "BillingMode": "PAY_PER_REQUEST",
            "Replicas": [replica],
        },
    }


def pool(*, protected: bool) -> dict[str, Any]:
    protection = "ACTIVE" if protected else "INACTIVE"
    return {"Type": "AWS::Cognito::UserPool", "Properties": {"DeletionProtection": protection}}


def create(aws: Aws, stack: str, resources: dict[str, Any]) -> str:
    aws.client("cloudformation").create_stack(
        StackName=stack, TemplateBody=json.dumps({"Resources": resources})
    )
    return ended(aws, stack)


def delete(aws: Aws, stack: str) -> str:
    """Delete a stack by its id, which is known after it is gone too; return its status."""
    cloudformation = aws.client("cloudformation")
    stack_id = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackId"]
    cloudformation.delete_stack(StackName=stack_id)
    return ended(aws, stack_id)


def ended(aws: Aws, stack: str) -> str:
    def status() -> str:
        described = aws.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
        found: str = described["StackStatus"]
        return "" if found.endswith("_IN_PROGRESS") else found

    return eventually(status)


@pytest.mark.parametrize("versioned", [False, True], ids=["objects", "versions"])
def test_a_bucket_that_is_not_empty_stays(aws: Aws, versioned: bool) -> None:
    name = f"full-{versioned}".lower()
    status = "Enabled" if versioned else "Suspended"
    properties = {"BucketName": name, "VersioningConfiguration": {"Status": status}}
    create(aws, name, {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": properties}})
    s3 = aws.client("s3")
    s3.put_object(Bucket=name, Key="a", Body=b"1")
    if versioned:
        s3.delete_object(Bucket=name, Key="a")  # a marker hides it, the version stays

    assert delete(aws, name) == "DELETE_FAILED"

    for version in s3.list_object_versions(Bucket=name).get("Versions", []):
        s3.delete_object(Bucket=name, Key="a", VersionId=version["VersionId"])
    for marker in s3.list_object_versions(Bucket=name).get("DeleteMarkers", []):
        s3.delete_object(Bucket=name, Key="a", VersionId=marker["VersionId"])
    assert delete(aws, name) == "DELETE_COMPLETE"


@pytest.mark.parametrize("make", [table, pool])
def test_what_is_protected_from_deletion_stays(aws: Aws, make: Any) -> None:
    name = f"protected-{make.__name__}"
    create(aws, name, {"Kept": make(protected=True)})

    assert delete(aws, name) == "DELETE_FAILED"

    template = json.dumps({"Resources": {"Kept": make(protected=False)}})
    open_ = f"open-{make.__name__}"
    aws.client("cloudformation").create_stack(StackName=open_, TemplateBody=template)
    ended(aws, open_)
    assert delete(aws, open_) == "DELETE_COMPLETE"


@pytest.mark.parametrize(
    ("policy", "retried"),
    [("Retain", "ROLLBACK_COMPLETE"), ("RetainExceptOnCreate", "CREATE_COMPLETE")],
)
def test_a_name_that_a_failed_creation_left_behind_is_taken(
    aws: Aws, policy: str, retried: str
) -> None:
    name = f"named-{policy.lower()}"
    bus = {
        "Type": "AWS::Events::EventBus",
        "Properties": {"Name": name},
        "DeletionPolicy": policy,
    }
    broken = {"Bus": bus, "Broken": {**BROKEN, "DependsOn": "Bus"}}
    assert create(aws, name, broken) == "ROLLBACK_COMPLETE"
    delete(aws, name)

    assert create(aws, name, {"Bus": bus}) == retried


def test_a_sender_that_ses_knows_is_not_made_again(aws: Aws) -> None:
    sender = "known@deletion.test"
    aws.client("sesv2").create_email_identity(EmailIdentity=sender)
    identity = {"Type": "AWS::SES::EmailIdentity", "Properties": {"EmailIdentity": sender}}

    assert create(aws, "known-sender", {"Sender": identity}) == "ROLLBACK_COMPLETE"
    assert aws.client("sesv2").get_email_identity(EmailIdentity=sender)


def test_a_stack_whose_creation_failed_blocks_its_name_until_it_is_deleted(aws: Aws) -> None:
    cloudformation = aws.client("cloudformation")
    name, template = "failed-creation", json.dumps({"Resources": {"Broken": BROKEN}})
    cloudformation.create_stack(
        StackName=name, TemplateBody=template, EnableTerminationProtection=True
    )
    assert ended(aws, name) == "ROLLBACK_COMPLETE"

    with pytest.raises(cloudformation.exceptions.AlreadyExistsException):
        cloudformation.create_stack(StackName=name, TemplateBody=template)
    with pytest.raises(ClientError, match="ROLLBACK_COMPLETE state and can not be updated"):
        cloudformation.create_change_set(
            StackName=name, TemplateBody=template, ChangeSetName="again", ChangeSetType="CREATE"
        )
    with pytest.raises(ClientError, match="TerminationProtection is enabled"):
        cloudformation.delete_stack(StackName=name)

    cloudformation.update_termination_protection(StackName=name, EnableTerminationProtection=False)
    assert delete(aws, name) == "DELETE_COMPLETE"
