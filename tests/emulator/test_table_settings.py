from typing import Any

import pytest

from tests.emulator.support import Aws

KEYS: dict[str, Any] = {
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}
RECOVERY = {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}
EXPIRY = {"TimeToLiveSpecification": {"AttributeName": "expiresAt", "Enabled": True}}


def table(kind: str, **settings: Any) -> dict[str, Any]:
    recovery = settings.pop("recovery", {})
    if kind == "GlobalTable":
        recovery = {"Replicas": [{"Region": "eu-west-2", **recovery}]}
    properties = {**KEYS, **settings, **recovery}
    return {"Table": {"Type": f"AWS::DynamoDB::{kind}", "Properties": properties}}


def settings_of(aws: Aws, name: str) -> tuple[str, str]:
    dynamodb = aws.client("dynamodb")
    expiry = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    recovery = backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
    return expiry["TimeToLiveStatus"], recovery


@pytest.mark.parametrize("kind", ["Table", "GlobalTable"])
def test_expiry_and_recovery_follow_the_template(aws: Aws, kind: str) -> None:
    stack = f"settings-{kind}"
    made = aws.deploy(stack, table(kind, recovery=RECOVERY, **EXPIRY), name={"Ref": "Table"})

    assert settings_of(aws, made["name"]) == ("ENABLED", "ENABLED")

    aws.deploy(stack, table(kind), name={"Ref": "Table"})
    assert settings_of(aws, made["name"]) == ("DISABLED", "DISABLED")


def test_an_index_is_added_to_a_table_that_has_items(aws: Aws) -> None:
    dynamodb = aws.client("dynamodb")
    made = aws.deploy("indexed", table("GlobalTable"), name={"Ref": "Table"})
    for number in range(3):
        day = {"weekday": {"S": "monday"}} if number else {}
        dynamodb.put_item(TableName=made["name"], Item={"id": {"S": str(number)}, **day})
    index = {
        "IndexName": "ByDay",
        "KeySchema": [
            {"AttributeName": "weekday", "KeyType": "HASH"},
            {"AttributeName": "id", "KeyType": "RANGE"},
        ],
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }
    keys = [*KEYS["AttributeDefinitions"], {"AttributeName": "weekday", "AttributeType": "S"}]
    settings = {"AttributeDefinitions": keys, "GlobalSecondaryIndexes": [index]}

    changed = aws.deploy("indexed", table("GlobalTable", **settings), name={"Ref": "Table"})

    assert changed == made
    found = dynamodb.query(
        TableName=made["name"],
        IndexName="ByDay",
        KeyConditionExpression="weekday = :day",
        ExpressionAttributeValues={":day": {"S": "monday"}},
    )["Items"]
    assert [item["id"]["S"] for item in found] == ["1", "2"]
    assert dynamodb.scan(TableName=made["name"])["Count"] == 3


def test_a_global_table_keeps_its_items_when_it_is_changed(aws: Aws) -> None:
    dynamodb = aws.client("dynamodb")
    made = aws.deploy("kept", table("GlobalTable"), name={"Ref": "Table"})
    dynamodb.put_item(TableName=made["name"], Item={"id": {"S": "1"}})

    changed = aws.deploy("kept", table("GlobalTable", **EXPIRY), name={"Ref": "Table"})

    assert changed == made
    assert dynamodb.scan(TableName=made["name"])["Count"] == 1
