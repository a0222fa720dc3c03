"""What the campaigns' functions find in AWS, in moto, and an e-mail provider on this machine."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from campaigns.adapters.campaign_table import CampaignTable

from tests.integration.scripted_api import SECRET, ScriptedApi

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEY_PARAMETER = "/blockwork/test/campaigns/provider-key"


@pytest.fixture
def client(aws: pytest.MonkeyPatch) -> "DynamoDBClient":
    """Return a client of DynamoDB with the campaigns' table."""
    aws.setenv("CAMPAIGNS_TABLE", "campaigns")
    client = boto3.client("dynamodb")
    client.create_table(
        TableName="campaigns",
        KeySchema=[
            {"AttributeName": "kind", "KeyType": "HASH"},
            {"AttributeName": "itemId", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "kind", "AttributeType": "S"},
            {"AttributeName": "itemId", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return client


@pytest.fixture
def table(client: "DynamoDBClient") -> CampaignTable:
    return CampaignTable.from_environment()


@pytest.fixture
def provider(aws: pytest.MonkeyPatch) -> Iterator[ScriptedApi]:
    """Return a provider that the functions' settings name."""
    aws.setenv("PROVIDER_KEY_PARAMETER", KEY_PARAMETER)
    aws.setenv("CALLBACK_URL", "https://api.example/webhooks/campaign-status")
    boto3.client("ssm").put_parameter(Name=KEY_PARAMETER, Value=SECRET, Type="SecureString")
    with ScriptedApi().running() as provider:
        aws.setenv("CAMPAIGN_URL", provider.url)
        yield provider
