"""Somebody who talks to support, and what is kept of it."""

import json
from typing import Any

import httpx

from tests.e2e.conftest import (
    Account,
    aws,
    bearer,
    sign_in_by_srp,
)
from tests.e2e.test_stolen_roles import GLOBAL_TABLE, physical_id
from tests.waiting import PATIENCE


class Person:
    """Somebody who talks to support."""

    def __init__(self, url: str, account: Account, token: str) -> None:
        self.url, self.account, self.token = url, account, token

    def says(self, message: object, **more: Any) -> httpx.Response:
        body = {"message": message, **more.pop("fields", {})}
        return self.sends(json.dumps(body), **more)

    def sends(self, content: str | bytes, **headers: str) -> httpx.Response:
        return httpx.post(
            f"{self.url}/chat",
            content=content,
            headers={"content-type": "application/json", **bearer(self.token), **headers},
            timeout=PATIENCE,
        )

    def reply(self, message: str) -> str:
        answer = self.says(message)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["reply"])


def talker(config: dict[str, Any], account: Account) -> Person:
    """Return somebody who has signed in."""
    tokens = sign_in_by_srp(config, account.email, account.password)
    return Person(config["apis"]["support"], account, tokens.id_token)


def items_of(platform: dict[str, Any], user_id: str) -> dict[str, dict[str, Any]]:
    table = physical_id(platform, "Support", "Tasks", GLOBAL_TABLE)
    answer = aws(platform, "dynamodb").query(
        TableName=table,
        KeyConditionExpression="userId = :userId",
        ExpressionAttributeValues={":userId": {"S": user_id}},
    )
    return {item["itemId"]["S"]: item for item in answer["Items"]}
