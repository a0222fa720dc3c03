"""What adapters of DynamoDB tables have in common."""

from typing import TYPE_CHECKING, Self

import boto3
from botocore.config import Config

from blockwork.runtime.aws import PATIENCE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class TableAdapter:
    """A table, and the client that reaches it.

    Extend it::

        class OrderTable(TableAdapter):
            @classmethod
            def from_environment(cls) -> Self:
                return cls.named(os.environ["ORDERS_TABLE"])

    :param client: a DynamoDB client.
    :param name: the table's name.
    """

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self._client = client
        self._name = name

    @classmethod
    def named(cls, name: str, *, patience: Config = PATIENCE) -> Self:
        """Connect to a table of this account and region.

        :param patience: how long DynamoDB may take. Default: three tries within 10 seconds.
        """
        return cls(boto3.client("dynamodb", config=patience), name)
