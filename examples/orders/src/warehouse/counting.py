"""Count what happens in the table of orders."""

import os

import boto3

dynamodb = boto3.client("dynamodb")


def count(id_: str, attribute: str, by: int = 1) -> None:
    """Add to a number of an item, which is made if it is not there."""
    dynamodb.update_item(
        TableName=os.environ["ORDERS"],
        Key={"id": {"S": id_}},
        UpdateExpression="ADD #attribute :by",
        ExpressionAttributeNames={"#attribute": attribute},
        ExpressionAttributeValues={":by": {"N": str(by)}},
    )
