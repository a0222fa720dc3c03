"""What the readings' functions find in AWS, in moto."""

from typing import Any

import boto3
import pytest

TABLES = {
    "IMPORTS_TABLE": ("userId", "itemId"),
    "READINGS_TABLE": ("meterId", "page"),
    "METERS_TABLE": ("meterId",),
}
OWNER = {
    "IndexName": "Owner",
    "KeySchema": [
        {"AttributeName": "userId", "KeyType": "HASH"},
        {"AttributeName": "meterId", "KeyType": "RANGE"},
    ],
    "Projection": {"ProjectionType": "KEYS_ONLY"},
}
RULES = (
    '{"contentTypes": ["text/csv", "application/gzip"], "largest": 2147483648,'
    ' "prefix": "uploads/", "seconds": 900}'
)


@pytest.fixture
def readings(aws: pytest.MonkeyPatch) -> None:
    """Make tables, buckets and queues, and tell of them by variables."""
    dynamodb: Any = boto3.client("dynamodb")
    for variable, keys in TABLES.items():
        names = {*keys, "userId"} if variable == "METERS_TABLE" else {*keys}
        dynamodb.create_table(
            TableName=variable,
            KeySchema=[
                {"AttributeName": name, "KeyType": kind}
                for name, kind in zip(keys, ("HASH", "RANGE"), strict=False)
            ],
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"} for name in sorted(names)
            ],
            BillingMode="PAY_PER_REQUEST",
            **({"GlobalSecondaryIndexes": [OWNER]} if variable == "METERS_TABLE" else {}),
        )
        aws.setenv(variable, variable)
    for variable in ("UPLOADS_BUCKET", "FILES_BUCKET"):
        name = variable.lower().replace("_", "-")
        boto3.client("s3").create_bucket(
            Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"}
        )
        aws.setenv(variable, name)
    for variable in ("RANGES_QUEUE_URL", "FINISHING_QUEUE_URL"):
        url = boto3.client("sqs").create_queue(QueueName=variable)["QueueUrl"]
        aws.setenv(variable, url)
    aws.setenv("UPLOADS_RULES", RULES)
