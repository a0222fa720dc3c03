"""Many users at once who get the newsletter, or do not: straight in the pool and the table."""

import json
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.e2e.conftest import aws, function_name

AT_ONCE = 8
IN_A_BATCH = 25
"""How many items DynamoDB writes at once."""


@dataclass(frozen=True, kw_only=True)
class Reader:
    """A user who decided about the newsletter.

    :param user_id: the user pool's id of the user.
    """

    user_id: str
    email: str


@contextmanager
def readers(
    platform: dict[str, Any],
    config: dict[str, Any],
    number: int,
    *,
    newsletter: bool = True,
    domain: str = "example.org",
) -> Iterator[list[Reader]]:
    """Make users, and delete them in the end: a thousand take some seconds.

    Each has a profile that tells their decision, as `PUT /me` writes it, and is welcomed by mail
    some time after.

    :param domain: of their addresses; the provider mails nothing to `rejected.example`.
    """
    pool, pool_id = aws(platform, "cognito-idp"), config["userPoolId"]

    def make(_: int) -> Reader:
        email = f"{uuid.uuid4().hex}@{domain}"
        made = pool.admin_create_user(
            UserPoolId=pool_id,
            Username=email,
            MessageAction="SUPPRESS",
            UserAttributes=[
                {"Name": "email", "Value": email},
                {"Name": "email_verified", "Value": "true"},
            ],
        )["User"]
        (user_id,) = (one["Value"] for one in made["Attributes"] if one["Name"] == "sub")
        return Reader(user_id=user_id, email=email)

    def delete(reader: Reader) -> None:
        pool.admin_delete_user(UserPoolId=pool_id, Username=reader.email)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        made = list(threads.map(make, range(number)))
        _write(platform, [{"PutRequest": {"Item": _profile(one, newsletter)}} for one in made])
        try:
            yield made
        finally:
            _write(platform, [{"DeleteRequest": {"Key": _key(one)}} for one in made])
            list(threads.map(delete, made))


def ask(platform: dict[str, Any], function: str, question: dict[str, Any]) -> dict[str, Any]:
    """Ask identity as another service does, and return the answer.

    :param function: `ListSubscribers` or `DescribeSubscribers`.
    """
    name = function_name(platform, "Local-Identity", f"Newsletter{function}")
    answer = aws(platform, "lambda").invoke(FunctionName=name, Payload=json.dumps(question))
    content = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, content
    found: dict[str, Any] = content
    return found


def listed(platform: dict[str, Any], *, limit: int = 1000) -> list[str]:
    """Return the ids of all who get the newsletter, as the index has them."""
    found: list[str] = []
    question: dict[str, Any] = {"limit": limit}
    while True:
        page = ask(platform, "ListSubscribers", question)
        found += page["userIds"]
        if "nextToken" not in page:
            return found
        question["nextToken"] = page["nextToken"]


def profiles_table(platform: dict[str, Any]) -> str:
    """Return the name of the users' table."""
    resources = aws(platform, "cloudformation").get_paginator("list_stack_resources")
    (name,) = (
        item["PhysicalResourceId"]
        for page in resources.paginate(StackName="Local-Identity")
        for item in page["StackResourceSummaries"]
        if item["LogicalResourceId"].startswith("Profiles")
    )
    return str(name)


def _write(platform: dict[str, Any], requests: Sequence[dict[str, Any]]) -> None:
    table, dynamodb = profiles_table(platform), aws(platform, "dynamodb")
    for start in range(0, len(requests), IN_A_BATCH):
        wanted = {table: list(requests[start : start + IN_A_BATCH])}
        while wanted:
            wanted = dynamodb.batch_write_item(RequestItems=wanted)["UnprocessedItems"]


def _key(reader: Reader) -> dict[str, Any]:
    return {"userId": {"S": reader.user_id}, "itemId": {"S": "profile"}}


def _profile(reader: Reader, newsletter: bool) -> dict[str, Any]:
    now = {"S": datetime.now(UTC).isoformat(timespec="microseconds")}
    return {
        **_key(reader),
        "displayName": {"S": ""},
        "phone": {"S": ""},
        "newsletter": {"BOOL": newsletter},
        **({"subscribedTo": {"S": "newsletter"}} if newsletter else {}),
        "email": {"S": reader.email},
        "createdAt": now,
        "updatedAt": now,
        "correlationId": {"S": uuid.uuid4().hex},
        "version": {"S": uuid.uuid4().hex},
    }
