"""What the vouchers' functions find in AWS, in moto, and a payment provider on this machine."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from tests.integration.vouchers.provider import SECRET, Provider

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEY_PARAMETER = "/blockwork/test/vouchers/payment-key"
SENDER = "energy@example.com"


@pytest.fixture
def client(aws: pytest.MonkeyPatch) -> "DynamoDBClient":
    """Return a client of DynamoDB with the vouchers' table."""
    aws.setenv("VOUCHERS_TABLE", "vouchers")
    client = boto3.client("dynamodb")
    client.create_table(
        TableName="vouchers",
        KeySchema=[
            {"AttributeName": "userId", "KeyType": "HASH"},
            {"AttributeName": "itemId", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "userId", "AttributeType": "S"},
            {"AttributeName": "itemId", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return client


@pytest.fixture
def queue(aws: pytest.MonkeyPatch) -> str:
    """Return the URL of the queue of settlements."""
    url = boto3.client("sqs").create_queue(QueueName="settlements")["QueueUrl"]
    aws.setenv("SETTLE_QUEUE_URL", url)
    aws.setenv("SETTLE_SECONDS", "60")
    return url


@pytest.fixture
def bucket(aws: pytest.MonkeyPatch) -> str:
    """Return the name of the bucket of documents."""
    aws.setenv("DOCUMENTS_BUCKET", "documents-1")
    boto3.client("s3").create_bucket(
        Bucket="documents-1", CreateBucketConfiguration={"LocationConstraint": "eu-west-2"}
    )
    return "documents-1"


@pytest.fixture
def sender(aws: pytest.MonkeyPatch) -> str:
    """Return an address that may send."""
    aws.setenv("MAIL_SENDER", SENDER)
    boto3.client("sesv2").create_email_identity(EmailIdentity=SENDER)
    return SENDER


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider().running() as provider:
        yield provider


@pytest.fixture
def known_provider(aws: pytest.MonkeyPatch, provider: Provider) -> Provider:
    """Return a provider that the functions' settings name."""
    aws.setenv("PAYMENT_URL", provider.url)
    aws.setenv("PAYMENT_KEY_PARAMETER", KEY_PARAMETER)
    boto3.client("ssm").put_parameter(Name=KEY_PARAMETER, Value=SECRET, Type="SecureString")
    return provider


def sent_mails() -> list[Any]:
    """Return what was handed to SES."""
    mails: list[Any] = ses_backends[DEFAULT_ACCOUNT_ID]["eu-west-2"].sent_messages
    return mails
