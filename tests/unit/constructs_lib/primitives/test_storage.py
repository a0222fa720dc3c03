"""Tables, buckets and queues: what is kept, for how long, and who may not reach it."""

from typing import Any

import pytest
from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_notifications as notifications
from aws_cdk.assertions import Match, Template

from constructs_lib.primitives import Bucket, Queue, Table


def test_a_table_is_recoverable_protected_and_retained(stack: Stack) -> None:
    Table(stack, "Orders", partition_key="customerId", sort_key="orderId")

    Template.from_stack(stack).has_resource(
        "AWS::DynamoDB::GlobalTable",
        {
            "DeletionPolicy": "RetainExceptOnCreate",
            "UpdateReplacePolicy": "Retain",
            "Properties": {
                "BillingMode": "PAY_PER_REQUEST",
                "KeySchema": [
                    {"AttributeName": "customerId", "KeyType": "HASH"},
                    {"AttributeName": "orderId", "KeyType": "RANGE"},
                ],
                "Replicas": [
                    Match.object_like(
                        {
                            "DeletionProtectionEnabled": True,
                            "PointInTimeRecoverySpecification": {
                                "PointInTimeRecoveryEnabled": True
                            },
                        }
                    )
                ],
            },
        },
    )


@pytest.fixture
def role(stack: Stack) -> iam.Role:
    return iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))


def allowed(stack: Stack) -> list[dict[str, Any]]:
    (policy,) = Template.from_stack(stack).find_resources("AWS::IAM::Policy").values()
    found: list[dict[str, Any]] = policy["Properties"]["PolicyDocument"]["Statement"]
    return found


def test_who_may_read_some_attributes_has_to_name_them(stack: Stack, role: iam.Role) -> None:
    table = Table(stack, "Orders", partition_key="customerId", sort_key="orderId")

    table.grant_attributes(role, "dynamodb:Query", "dynamodb:GetItem", attributes=["total"])

    assert allowed(stack) == [
        {
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:Query"],
            "Resource": stack.resolve(table.table_arn),
            "Condition": {
                "ForAllValues:StringEquals": {
                    "dynamodb:Attributes": ["customerId", "orderId", "total"]
                },
                "StringEquals": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
            },
        }
    ]


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ({}, ["NONE", "UPDATED_NEW", "UPDATED_OLD"]),
        ({"return_values": ["ALL_NEW"]}, ["ALL_NEW"]),
    ],
)
def test_who_may_write_some_attributes_is_answered_with_what_was_said(
    stack: Stack, role: iam.Role, asked: Any, answered: list[str]
) -> None:
    table = Table(stack, "Orders", partition_key="orderId")

    table.grant_attributes(
        role, "dynamodb:UpdateItem", attributes=["shippedAt", "orderId"], **asked
    )

    (statement,) = allowed(stack)
    conditions = statement["Condition"]
    assert conditions["ForAllValues:StringEquals"] == {
        "dynamodb:Attributes": ["orderId", "shippedAt"]
    }
    (given,) = (
        [values] if isinstance(values, str) else values
        for values in conditions["StringEqualsIfExists"].values()
    )
    assert given == answered
    assert "StringEquals" not in conditions


@pytest.mark.parametrize(
    ("actions", "attributes", "message"),
    [
        ([], ["a"], r"actions must be some of .*, got none \(at Test/Orders\)"),
        (["dynamodb:*"], ["a"], r"got dynamodb:\* "),
        (["GetItem"], ["a"], r"dynamodb:GetItem, .*got GetItem "),
        (["dynamodb:GetItem", "dynamodb:PutItem"], ["a"], "grant reads and writes one by one"),
        (["dynamodb:TransactWriteItems"], ["a"], "got dynamodb:TransactWriteItems"),
        (["dynamodb:GetItem"], "total", "attributes must be a list of whole names, got 'total'"),
        (["dynamodb:GetItem"], ["to*"], r"attributes must be .*got \['to\*'\] \(at Test/Orders"),
    ],
)
def test_a_grant_that_would_not_hold_is_refused(
    stack: Stack, role: iam.Role, actions: list[str], attributes: Any, message: str
) -> None:
    table = Table(stack, "Orders", partition_key="orderId")

    with pytest.raises(ValueError, match=message):
        table.grant_attributes(role, *actions, attributes=attributes)


def test_who_may_query_an_index_sees_its_keys_and_nothing_else(
    stack: Stack, role: iam.Role
) -> None:
    day = dynamodb.Attribute(name="day", type=dynamodb.AttributeType.STRING)
    index = dynamodb.GlobalSecondaryIndexPropsV2(index_name="ByDay", partition_key=day)
    table = Table(stack, "Orders", partition_key="orderId", global_secondary_indexes=[index])

    table.grant_query(role, "ByDay")

    (statement,) = allowed(stack)
    assert statement["Action"] == "dynamodb:Query"
    assert statement["Resource"] == stack.resolve(f"{table.table_arn}/index/ByDay")
    assert statement["Condition"] == {
        "ForAllValues:StringEquals": {"dynamodb:Attributes": ["orderId", "day"]},
        "StringEquals": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
    }
    with pytest.raises(ValueError, match=r"which has ByDay, got 'ByNight' \(at Test/Orders\)"):
        table.grant_query(role, "ByNight")


def test_who_may_use_some_partitions_uses_no_others(stack: Stack, role: iam.Role) -> None:
    table = Table(stack, "Once", partition_key="id")

    table.grant_partitions(role, "dynamodb:PutItem", like="shop.ship#*")

    assert allowed(stack) == [
        {
            "Effect": "Allow",
            "Action": "dynamodb:PutItem",
            "Resource": stack.resolve(table.table_arn),
            "Condition": {
                "ForAllValues:StringLike": {"dynamodb:LeadingKeys": "shop.ship#*"},
                "Null": {"dynamodb:LeadingKeys": "false"},
            },
        }
    ]


@pytest.mark.parametrize(
    ("action", "like", "message"),
    [
        ("dynamodb:Scan", "a#*", r"actions must be some of .*, got dynamodb:Scan \(at Test/Once"),
        ("dynamodb:PutItem", "*", r"like must say which partition keys, got '\*'"),
        ("dynamodb:PutItem", "", "like must say which partition keys, got ''"),
    ],
)
def test_a_grant_of_every_partition_is_refused(
    stack: Stack, role: iam.Role, action: str, like: str, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Table(stack, "Once", partition_key="id").grant_partitions(role, action, like=like)


def test_a_table_that_may_go_is_not_protected(stack: Stack) -> None:
    Table(stack, "Orders", partition_key="orderId", removal_policy=RemovalPolicy.DESTROY)

    Template.from_stack(stack).has_resource(
        "AWS::DynamoDB::GlobalTable",
        {
            "DeletionPolicy": "Delete",
            "Properties": {"Replicas": [Match.object_like({"DeletionProtectionEnabled": False})]},
        },
    )


def test_a_table_expires_items_and_streams_changes_if_asked(stack: Stack) -> None:
    Table(
        stack,
        "Tickets",
        partition_key="ticket",
        time_to_live_attribute="expiresAt",
        stream=dynamodb.StreamViewType.NEW_IMAGE,
    )

    Template.from_stack(stack).has_resource_properties(
        "AWS::DynamoDB::GlobalTable",
        {
            "TimeToLiveSpecification": {"AttributeName": "expiresAt", "Enabled": True},
            "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
        },
    )


def test_a_bucket_is_private_encrypted_and_retained(stack: Stack) -> None:
    Bucket(stack, "Invoices")

    Template.from_stack(stack).has_resource(
        "AWS::S3::Bucket",
        {
            "DeletionPolicy": "RetainExceptOnCreate",
            "Properties": {
                "PublicAccessBlockConfiguration": {
                    "BlockPublicAcls": True,
                    "BlockPublicPolicy": True,
                    "IgnorePublicAcls": True,
                    "RestrictPublicBuckets": True,
                },
                "BucketEncryption": Match.any_value(),
            },
        },
    )


def test_a_bucket_denies_what_comes_without_tls(stack: Stack) -> None:
    Bucket(stack, "Invoices")

    Template.from_stack(stack).has_resource_properties(
        "AWS::S3::BucketPolicy",
        {
            "PolicyDocument": {
                "Statement": Match.array_with(
                    [
                        Match.object_like(
                            {
                                "Effect": "Deny",
                                "Action": "s3:*",
                                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                            }
                        )
                    ]
                )
            }
        },
    )


def test_a_bucket_gathers_no_rubbish(stack: Stack) -> None:
    Bucket(
        stack,
        "Invoices",
        versioned=True,
        lifecycle_rules=[s3.LifecycleRule(expiration=Duration.days(365))],
    )

    Template.from_stack(stack).has_resource_properties(
        "AWS::S3::Bucket",
        {
            "VersioningConfiguration": {"Status": "Enabled"},
            "LifecycleConfiguration": {
                "Rules": [
                    {
                        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
                        "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
                        "Status": "Enabled",
                    },
                    {"ExpirationInDays": 365, "Status": "Enabled"},
                ]
            },
        },
    )


def test_a_bucket_that_also_tells_a_queue_goes_on_telling_the_event_bus(stack: Stack) -> None:
    told = notifications.SqsDestination(Queue(stack, "Told"))
    Bucket(stack, "One", notifies_event_bus=True).add_object_created_notification(told)
    Bucket(stack, "Two").add_event_notification(s3.EventType.OBJECT_REMOVED, told)

    template = Template.from_stack(stack)
    told_by_bucket = [
        item["Properties"]["NotificationConfiguration"].keys()
        for item in template.find_resources("Custom::S3BucketNotifications").values()
    ]
    assert told_by_bucket == [
        {"EventBridgeConfiguration", "QueueConfigurations"},
        {"QueueConfigurations"},
    ]
    # Two that say so would overwrite each other.
    template.all_resources_properties(
        "AWS::S3::Bucket", {"NotificationConfiguration": Match.absent()}
    )
