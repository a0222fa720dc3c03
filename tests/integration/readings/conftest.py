"""An empty table in moto."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws
from readings.adapters.readings_table import ReadingsTable

NAME = "readings"


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[ReadingsTable]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    monkeypatch.setenv("READINGS_TABLE", NAME)
    with mock_aws():
        boto3.client("dynamodb").create_table(
            TableName=NAME,
            KeySchema=[
                {"AttributeName": "meterId", "KeyType": "HASH"},
                {"AttributeName": "page", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "meterId", "AttributeType": "S"},
                {"AttributeName": "page", "AttributeType": "S"},
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        yield ReadingsTable.from_environment()


@pytest.fixture
def items(table: ReadingsTable) -> Callable[[], list[dict[str, Any]]]:
    """Return what is in the table."""
    return lambda: table._client.scan(TableName=NAME)["Items"]
