"""What keeps something takes what the CDK's constructs take, and keeps what it promises."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from aws_cdk import App, Duration, Environment, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk.assertions import Template

from constructs_lib.primitives import AlarmTopic, Bucket, Queue, Stream, Table
from constructs_lib.primitives import storage_options as options
from tests.unit.constructs_lib.primitives.signatures import assert_takes_all

TABLE = "AWS::DynamoDB::GlobalTable"
ALL = [
    (Queue, sqs.Queue, options.QueueOptions, options.NOT_FOR_QUEUES),
    (Stream, kinesis.Stream, options.StreamOptions, options.NOT_FOR_STREAMS),
    (Table, dynamodb.TableV2, options.TableOptions, options.NOT_FOR_TABLES),
    (Bucket, s3.Bucket, options.BucketOptions, options.NOT_FOR_BUCKETS),
    (AlarmTopic, sns.Topic, options.TopicOptions, options.NOT_FOR_ALARM_TOPICS),
]


@pytest.fixture
def stack() -> Stack:
    """Return a stack that knows where it will be, as a table with a customer's key asks for."""
    app = App(analytics_reporting=False, builtin_cloud_formation_validation=False)
    return Stack(app, "Test", env=Environment(account="123456789012", region="eu-west-2"))


@pytest.mark.parametrize(("primitive", "l2", "taken", "refused"), ALL)
def test_every_option_of_the_cdk_is_taken_or_refused_with_a_reason(
    primitive: type, l2: type, taken: Any, refused: Mapping[str, str]
) -> None:
    assert_takes_all(primitive, l2, taken, refused)


@pytest.mark.parametrize(
    ("primitive", "name", "reason"),
    [
        (primitive, name, reason)
        for primitive, _, _, refused in ALL
        for name, reason in refused.items()
    ],
)
def test_what_contradicts_a_promise_is_refused_with_the_reason(
    stack: Stack, primitive: Callable[..., object], name: str, reason: str
) -> None:
    required = {"partition_key": "id"} if primitive is Table else {}

    with pytest.raises(ValueError, match=f"{name} must be left out, got True: ") as error:
        primitive(stack, "Orders", **required, **{name: True})

    assert str(error.value).endswith(f"{reason} (at Test/Orders)")


def only(stack: Stack, kind: str) -> dict[str, Any]:
    (resource,) = Template.from_stack(stack).find_resources(kind).values()
    found: dict[str, Any] = resource["Properties"]
    return found


@pytest.fixture
def key(stack: Stack) -> kms.Key:
    return kms.Key(stack, "Key")


@pytest.fixture
def role(stack: Stack) -> iam.Role:
    return iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))


def with_the_key(stack: Stack, key: kms.Key) -> set[str]:
    """Return what a policy allows to do with the key."""
    statements = only(stack, "AWS::IAM::Policy")["PolicyDocument"]["Statement"]
    found = [each for each in statements if each["Resource"] == stack.resolve(key.key_arn)]
    return {
        action
        for each in (statement["Action"] for statement in found)
        for action in ([each] if isinstance(each, str) else each)
    }


def test_a_queue_may_keep_an_order_and_wait(stack: Stack) -> None:
    Queue(
        stack, "Orders", fifo=True, delivery_delay=Duration.minutes(1), max_message_size_bytes=1024
    )

    found = only(stack, "AWS::SQS::Queue")
    assert found["FifoQueue"] is True
    assert (found["DelaySeconds"], found["MaximumMessageSize"]) == (60, 1024)
    assert found["MessageRetentionPeriod"] == 14 * 86_400


def test_a_table_may_have_keys_of_other_types_and_indexes(stack: Stack) -> None:
    number = dynamodb.Attribute(name="count", type=dynamodb.AttributeType.NUMBER)

    table = Table(
        stack,
        "Orders",
        partition_key="customerId",
        sort_key=number,
        global_secondary_indexes=[
            dynamodb.GlobalSecondaryIndexPropsV2(index_name="ByCount", partition_key=number)
        ],
    )

    found = only(stack, TABLE)
    assert found["AttributeDefinitions"] == [
        {"AttributeName": "customerId", "AttributeType": "S"},
        {"AttributeName": "count", "AttributeType": "N"},
    ]
    assert [index["IndexName"] for index in found["GlobalSecondaryIndexes"]] == ["ByCount"]
    assert isinstance(table, dynamodb.TableV2)


def test_what_is_said_of_a_table_counts_before_its_defaults(stack: Stack) -> None:
    Table(
        stack,
        "Orders",
        partition_key="id",
        removal_policy=RemovalPolicy.DESTROY,
        deletion_protection=True,
        billing=dynamodb.Billing.on_demand(max_read_request_units=10),
    )

    found = only(stack, TABLE)
    (replica,) = found["Replicas"]
    assert replica["DeletionProtectionEnabled"] is True
    assert replica["ReadOnDemandThroughputSettings"] == {"MaxReadRequestUnits": 10}


@pytest.mark.parametrize(
    ("action", "allowed"),
    [
        ("dynamodb:GetItem", {"kms:Decrypt"}),
        (
            "dynamodb:PutItem",
            {"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"},
        ),
    ],
)
@pytest.mark.parametrize("grant", ["attributes", "partitions"])
def test_who_may_use_a_table_may_use_its_customers_key(
    stack: Stack, key: kms.Key, role: iam.Role, action: str, allowed: set[str], grant: str
) -> None:
    encryption = dynamodb.TableEncryptionV2.customer_managed_key(key)
    table = Table(stack, "Orders", partition_key="id", encryption=encryption)

    if grant == "attributes":
        table.grant_attributes(role, action, attributes=["total"])
    else:
        table.grant_partitions(role, action, like="shop#*")

    assert with_the_key(stack, key) == allowed


def test_a_bucket_may_answer_browsers_of_other_sites(stack: Stack) -> None:
    rule = s3.CorsRule(allowed_methods=[s3.HttpMethods.GET], allowed_origins=["https://a.example"])

    Bucket(stack, "Invoices", cors=[rule])

    (found,) = only(stack, "AWS::S3::Bucket")["CorsConfiguration"]["CorsRules"]
    assert found["AllowedOrigins"] == ["https://a.example"]


@pytest.mark.parametrize(
    ("action", "allowed"),
    [
        ("s3:GetObject", {"kms:Decrypt"}),
        (
            "s3:PutObject",
            {"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"},
        ),
    ],
)
def test_who_may_use_a_bucket_may_use_its_customers_key(
    stack: Stack, key: kms.Key, role: iam.Role, action: str, allowed: set[str]
) -> None:
    bucket = Bucket(stack, "Invoices", encryption_key=key)

    bucket.grant_objects(role, action)

    (rule,) = only(stack, "AWS::S3::Bucket")["BucketEncryption"][
        "ServerSideEncryptionConfiguration"
    ]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert with_the_key(stack, key) == allowed


def test_a_bucket_takes_no_older_tls(stack: Stack) -> None:
    Bucket(stack, "Strict", minimum_tls_version=1.3)

    with pytest.raises(ValueError, match=r"minimum_tls_version must be at least 1\.2, got 1\.1 "):
        Bucket(stack, "Invoices", minimum_tls_version=1.1)


def test_a_topic_may_have_a_name_that_people_read(stack: Stack) -> None:
    AlarmTopic(stack, "Alarms", display_name="Night shift")

    assert only(stack, "AWS::SNS::Topic")["DisplayName"] == "Night shift"
