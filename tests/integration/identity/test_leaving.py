"""Who is gone, as the table and the pool say it."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from identity.adapters.items import grant_item, profile_item
from identity.adapters.leaving_table import LeavingTable
from identity.adapters.user_pool import UserPool
from identity.domain.deletion import PARTS
from identity.domain.directory import DirectoryBusyError

from tests.integration.identity.people import People
from tests.unit.lambda_src.identity.samples import grant, profile

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NIGHT = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)


def keep(client: "DynamoDBClient", *user_ids: str) -> None:
    for user_id in user_ids:
        client.put_item(TableName="users", Item=profile_item(profile(user_id)))
        client.put_item(TableName="users", Item=grant_item(grant("a:b", user_id=user_id)))


def kept(client: "DynamoDBClient") -> list[tuple[str, str]]:
    items = client.scan(TableName="users")["Items"]
    return sorted((item["userId"]["S"], item["itemId"]["S"]) for item in items)


def test_a_scan_in_parts_finds_everybody_once(client: "DynamoDBClient") -> None:
    everybody = [f"user-{number}" for number in range(60)]
    keep(client, *everybody)
    table = LeavingTable.from_environment()

    found = [user_id for part in range(PARTS) for user_id in table.user_ids(part, of=PARTS)]

    assert sorted(found) == sorted(everybody)


def test_of_a_user_who_is_gone_a_mark_stays_and_it_goes_when_told(client: "DynamoDBClient") -> None:
    keep(client, "user-1", "user-2")
    others = [("user-1", "permissions"), ("user-1", "profile")]
    table = LeavingTable.from_environment()

    assert table.forget("user-2", at=NIGHT) == NIGHT
    assert table.forget("user-2", at=NIGHT + timedelta(days=1)) == NIGHT
    assert kept(client) == [*others, ("user-2", "deleted")]

    table.unmark("user-2")
    table.unmark("user-2")
    assert kept(client) == others


def test_only_who_was_deleted_is_gone(people: People) -> None:
    ada, eve = people.add("ada@example.com"), people.add("eve@example.com")
    disabled = people.add("dan@example.com")
    people.client.admin_disable_user(UserPoolId=people.pool_id, Username=disabled)
    pool = UserPool.from_environment()

    people.client.admin_delete_user(UserPoolId=people.pool_id, Username=ada)

    assert [pool.is_gone(user) for user in (ada, eve, disabled)] == [True, False, False]


def test_who_ends_their_account_is_gone_whatever_they_are_called(people: People) -> None:
    ada, eve = people.add("ada@example.com"), people.add("eve@example.com")
    pool = UserPool.from_environment()

    for _ in range(2):
        pool.end(ada)

    assert [pool.is_gone(user) for user in (ada, eve)] == [True, False]


@pytest.mark.parametrize(
    ("listed", "found", "is_gone"),
    [
        ({"Users": []}, "UserNotFoundException", True),
        ({"Users": []}, None, False),  # the list is behind
        ({"Users": [{"Username": "Works_1"}]}, "UserNotFoundException", False),  # of a provider
        ("TooManyRequestsException", "UserNotFoundException", None),
        ({"Users": []}, "TooManyRequestsException", None),
    ],
)
def test_both_answers_of_the_pool_must_say_so(
    people: People,
    monkeypatch: pytest.MonkeyPatch,
    listed: object,
    found: str | None,
    is_gone: bool | None,
) -> None:
    def answer(operation: str, result: object) -> object:
        if isinstance(result, str):
            raise (
                people.client.exceptions.ClientError(
                    {"Error": {"Code": result, "Message": ""}}, operation
                )
                if result.startswith("Too")
                else getattr(people.client.exceptions, result)(
                    {"Error": {"Code": result, "Message": ""}}, operation
                )
            )
        return result or {}

    def call(operation: str, _: object) -> object:
        return answer(operation, listed if operation == "ListUsers" else found)

    monkeypatch.setattr(people.client, "_make_api_call", call)
    pool = UserPool(people.client, people.pool_id)

    if is_gone is None:
        with pytest.raises(DirectoryBusyError):
            pool.is_gone("user-2")
    else:
        assert pool.is_gone("user-2") is is_gone


def test_a_pool_that_is_not_there_is_an_error_and_nobody_is_gone(people: People) -> None:
    pool = UserPool(people.client, "eu-west-2_Elsewhere")

    with pytest.raises(people.client.exceptions.ResourceNotFoundException):
        pool.is_gone("user-2")
