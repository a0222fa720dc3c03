"""The list of users, as an administrator pages through it."""

import secrets
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import Tokens, aws, bearer

MANY = 1000
LARGEST_PAGE = 60
"""Cognito's own limit of ListUsers."""


@pytest.fixture
def many(platform: dict[str, Any], config: dict[str, Any]) -> Iterator[set[str]]:
    """Addresses of a thousand users more than there were."""
    operator = aws(platform, "cognito-idp")
    run = secrets.token_hex(4)
    emails = {f"paged-{run}-{number:04}@example.org" for number in range(MANY)}

    def make(email: str) -> None:
        operator.admin_create_user(
            UserPoolId=config["userPoolId"],
            Username=email,
            MessageAction="SUPPRESS",
            UserAttributes=[{"Name": "email", "Value": email}],
        )

    def remove(email: str) -> None:
        operator.admin_delete_user(UserPoolId=config["userPoolId"], Username=email)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(make, emails))
        yield emails
        list(pool.map(remove, emails))


def pages(
    identity: httpx.Client, administrator: Tokens, limit: int | None
) -> list[list[dict[str, Any]]]:
    """Return the users page by page."""
    found = []
    query: dict[str, Any] = {} if limit is None else {"limit": limit}
    while True:
        answer = identity.get("/users", params=query, headers=bearer(administrator.id_token))
        assert answer.status_code == 200, answer.text
        found.append(answer.json()["users"])
        if "nextToken" not in answer.json():
            return found
        query["nextToken"] = answer.json()["nextToken"]


def test_a_thousand_users_are_listed_completely_and_once(
    identity: httpx.Client, administrator: Tokens, many: set[str]
) -> None:
    found = pages(identity, administrator, LARGEST_PAGE)

    users = [user for page in found for user in page]
    assert max(map(len, found)) <= LARGEST_PAGE
    for key in ("email", "userId"):
        assert Counter(user[key] for user in users).most_common(1)[0][1] == 1
    assert many <= {user["email"] for user in users}


def test_a_listed_user_is_shown_with_groups_and_status(
    platform: dict[str, Any], identity: httpx.Client, administrator: Tokens
) -> None:
    users = [user for page in pages(identity, administrator, None) for user in page]

    for known in platform["users"]:
        (user,) = (user for user in users if user["email"] == known["email"])
        assert user["groups"] == known["groups"]
        assert user["status"] == "CONFIRMED"
        assert set(user) == {"userId", "email", "groups", "status"}
