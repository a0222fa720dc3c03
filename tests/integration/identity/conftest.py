"""What identity's functions find in AWS, in moto: two tables and a user pool."""

from typing import TYPE_CHECKING

import boto3
import pytest

from tests.integration.identity.people import People

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def client(aws: pytest.MonkeyPatch) -> "DynamoDBClient":
    """Return a client of DynamoDB with the tables of users and of tickets."""
    aws.setenv("USERS_TABLE", "users")
    aws.setenv("TICKETS_TABLE", "tickets")
    client = boto3.client("dynamodb")
    client.create_table(
        TableName="users",
        KeySchema=[
            {"AttributeName": "userId", "KeyType": "HASH"},
            {"AttributeName": "itemId", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "userId", "AttributeType": "S"},
            {"AttributeName": "itemId", "AttributeType": "S"},
            {"AttributeName": "subscribedTo", "AttributeType": "S"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "Subscribers",
                "KeySchema": [
                    {"AttributeName": "subscribedTo", "KeyType": "HASH"},
                    {"AttributeName": "userId", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    client.create_table(
        TableName="tickets",
        KeySchema=[{"AttributeName": "ticketHash", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "ticketHash", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return client


@pytest.fixture
def people(aws: pytest.MonkeyPatch) -> People:
    """Return an empty user pool, named as the functions expect it."""
    people = People()
    aws.setenv("USER_POOL_ID", people.pool_id)
    aws.setenv("USER_POOL_CLIENT_ID", people.client_id)
    return people
