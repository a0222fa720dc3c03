"""The registry in a DynamoDB table: partition key `meterId`, with an index by `userId`."""

import os
from typing import TYPE_CHECKING, Self

from blockwork.runtime.expressions import projection
from blockwork.runtime.tables import TableAdapter
from readings.domain.registry import MeterPage

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import QueryInputTypeDef

INDEX = "Owner"
METER_ATTRIBUTES = ("userId",)


class MeterTable(TableAdapter):
    """The port `Meters` on DynamoDB."""

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the table which the variable METERS_TABLE names."""
        return cls.named(os.environ["METERS_TABLE"])

    def register(self, meter_id: str, *, user_id: str) -> None:
        """Write one attribute, whoever's meter it was."""
        self._client.update_item(
            TableName=self._name,
            Key={"meterId": {"S": meter_id}},
            UpdateExpression="SET userId = :user",
            ExpressionAttributeValues={":user": {"S": user_id}},
        )

    def owner(self, meter_id: str) -> str | None:
        """Return the owner as it is after every write that has been answered."""
        answer = self._client.get_item(
            TableName=self._name,
            Key={"meterId": {"S": meter_id}},
            **projection(["meterId", *METER_ATTRIBUTES]),
            ConsistentRead=True,
        )
        return answer["Item"]["userId"]["S"] if "Item" in answer else None

    def page(self, user_id: str, *, limit: int, after: str | None) -> MeterPage:
        """Ask the index, which is a moment late."""
        query: QueryInputTypeDef = {
            "TableName": self._name,
            "IndexName": INDEX,
            "KeyConditionExpression": "userId = :user",
            "ExpressionAttributeValues": {":user": {"S": user_id}},
            "Limit": limit,
            **projection(["meterId", *METER_ATTRIBUTES]),  # type: ignore[typeddict-item]
        }
        if after is not None:
            query["ExclusiveStartKey"] = {"userId": {"S": user_id}, "meterId": {"S": after}}
        answer = self._client.query(**query)
        last = answer.get("LastEvaluatedKey")
        return MeterPage(
            meter_ids=tuple(item["meterId"]["S"] for item in answer["Items"]),
            last_id=last["meterId"]["S"] if last else None,
        )

    def forget(self, meter_id: str, *, user_id: str) -> None:
        """Take a meter out of the registry, if it is still this user's."""
        try:
            self._client.delete_item(
                TableName=self._name,
                Key={"meterId": {"S": meter_id}},
                ConditionExpression="userId = :user",
                ExpressionAttributeValues={":user": {"S": user_id}},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return  # gone already, or somebody else's by now
