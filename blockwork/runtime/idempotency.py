"""Remembers in a table what a consumer has done: Powertools' idempotency, key by key."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4

import boto3
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.typing import LambdaContext

from blockwork.runtime.aws import PATIENCE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Longer than the archive (30 days) and the failure chain (14 days) keep an event, so that nothing
# they bring back is done twice.
REMEMBERED_SECONDS = 40 * 24 * 60 * 60


class OnceTable:
    """The port `Once` on DynamoDB: partition key `id`, TTL attribute `expiration`.

    :param client: a DynamoDB client of its own: from now on it marks what it puts.
    :param name: the table's name.
    """

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        client.meta.events.register(
            "provide-client-params.dynamodb.PutItem",
            _marked,  # type: ignore[arg-type]  # botocore takes what this one returns
        )
        self._store = DynamoDBPersistenceLayer(name, boto3_client=client)

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the table which the variable IDEMPOTENCY_TABLE names."""
        return cls(boto3.client("dynamodb", config=PATIENCE), os.environ["IDEMPOTENCY_TABLE"])

    def run(
        self, consumer: str, key: str, work: Callable[[], None], *, context: LambdaContext
    ) -> bool:
        """Do the work unless it is done; the lock of an invocation ends with its time."""
        done = False

        def work_once(*, key: str) -> None:
            nonlocal done
            work()
            done = True

        idempotent_function(
            work_once,
            data_keyword_argument="key",
            persistence_store=self._store,
            config=IdempotencyConfig(
                expires_after_seconds=REMEMBERED_SECONDS,
                hash_function="sha256",
                lambda_context=context,
            ),
            key_prefix=consumer,
        )(key=key)
        return done


def _marked(params: dict[str, Any], **_: object) -> dict[str, Any]:
    """Let a put be repeated: botocore does that where it had no answer, with the same parameters.

    Powertools' put asks that nobody is at work yet. One that took effect without an answer would
    find its own record, take it for somebody else's, and hold the lock while every retry gives up.
    """
    owner = {"S": uuid4().hex}
    return {
        **params,
        "Item": {**params["Item"], "owner": owner},
        "ConditionExpression": f"({params['ConditionExpression']}) OR #owner = :owner",
        "ExpressionAttributeNames": {**params["ExpressionAttributeNames"], "#owner": "owner"},
        "ExpressionAttributeValues": {**params["ExpressionAttributeValues"], ":owner": owner},
    }
