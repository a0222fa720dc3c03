"""Who gets the newsletter, in the table and in its index."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from identity.adapters.items import PROFILE, key, profile_item
from identity.adapters.leaving_table import LeavingTable
from identity.adapters.subscriber_table import SubscriberTable
from identity.adapters.user_table import UserTable
from identity.domain.newsletter import Described, Subscriber
from identity.domain.profile import Profile
from identity.handlers.index_subscribers import index_subscribers

from blockwork.runtime.versions import OutdatedError, Seen
from tests.unit.lambda_src.identity.samples import CREATED, LATER, profile

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def users(client: "DynamoDBClient") -> UserTable:
    return UserTable.from_environment()


@pytest.fixture
def table(client: "DynamoDBClient") -> SubscriberTable:
    return SubscriberTable.from_environment()


def one(user_id: str, *, newsletter: bool) -> Profile:
    made = profile(user_id, email=f"{user_id}@example.com")
    return replace(made, details=replace(made.details, newsletter=newsletter))


def indexed(table: SubscriberTable) -> list[str]:
    return list(table.page(limit=1000, after=None).user_ids)


def old(client: "DynamoDBClient", user_id: str, *, newsletter: bool) -> None:
    """Keep a profile as it was written before there was an index."""
    item = profile_item(one(user_id, newsletter=newsletter))
    item.pop("subscribedTo", None)
    client.put_item(TableName="users", Item=item)


def test_the_index_follows_every_decision(users: UserTable, table: SubscriberTable) -> None:
    users.add_profile(one("ada", newsletter=False))
    assert indexed(table) == []

    users.replace_profile(one("ada", newsletter=True))
    users.add_profile(one("eve", newsletter=True))
    assert indexed(table) == ["ada", "eve"]

    users.replace_profile(one("ada", newsletter=True), seen=Seen(frozenset({"a1"})))
    users.replace_profile(one("eve", newsletter=False))
    assert indexed(table) == ["ada"]

    LeavingTable.from_environment().forget("ada", at=LATER)
    assert indexed(table) == []


def test_who_is_outdated_changes_nothing_in_the_index(
    users: UserTable, table: SubscriberTable
) -> None:
    users.add_profile(one("ada", newsletter=True))

    with pytest.raises(OutdatedError):
        users.replace_profile(
            replace(one("ada", newsletter=False), version="b1"), seen=Seen(frozenset({"other"}))
        )

    assert indexed(table) == ["ada"]


def test_pages_hold_everybody_once(client: "DynamoDBClient", table: SubscriberTable) -> None:
    for number in range(25):
        item = profile_item(one(f"user-{number:02}", newsletter=number % 5 != 0))
        client.put_item(TableName="users", Item=item)
    found: list[str] = []
    after = None
    while True:
        page = table.page(limit=7, after=after)
        found += page.user_ids
        after = page.after
        if after is None:
            break

    assert found == [f"user-{number:02}" for number in range(25) if number % 5 != 0]


def test_a_link_ends_it_and_the_profile_says_so(users: UserTable, table: SubscriberTable) -> None:
    users.add_profile(one("ada", newsletter=True))
    seen = users.profile("ada")

    assert table.unsubscribe("ada", at=LATER) is True
    assert table.unsubscribe("ada", at=LATER + timedelta(days=1)) is False

    after = users.profile("ada")
    assert after.details == replace(seen.details, newsletter=False)
    assert after.updated_at == LATER
    assert (seen.newsletter_since, after.newsletter_since) == (CREATED, None)
    assert after.version != seen.version
    assert indexed(table) == []
    with pytest.raises(OutdatedError):  # a form that was open before does not turn it back
        users.replace_profile(replace(seen, version="b1"), seen=Seen(frozenset({seen.version})))


def test_of_who_is_gone_nothing_is_made_by_a_link(
    client: "DynamoDBClient", table: SubscriberTable
) -> None:
    LeavingTable.from_environment().forget("ada", at=LATER)
    before = client.scan(TableName="users")["Items"]

    assert table.unsubscribe("ada", at=LATER) is False

    assert client.scan(TableName="users")["Items"] == before


def test_users_are_described_as_they_are_now(users: UserTable, table: SubscriberTable) -> None:
    users.add_profile(one("ada", newsletter=True))
    users.add_profile(one("eve", newsletter=True))
    users.add_profile(one("dan", newsletter=True))
    users.add_profile(replace(one("zoe", newsletter=True), email=""))
    table.unsubscribe("eve", at=LATER)
    LeavingTable.from_environment().forget("dan", at=LATER)

    assert table.describe(["dan", "ada", "eve", "zoe"]) == Described(
        subscribers=(Subscriber("ada", "ada@example.com"),),
        others=(("dan", "DELETED"), ("eve", "UNSUBSCRIBED"), ("zoe", "UNSUBSCRIBED")),
    )


def test_a_hundred_are_described_however_few_dynamodb_reads_at_once(
    client: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody = [f"user-{number}" for number in range(100)]
    for user_id in everybody:
        client.put_item(TableName="users", Item=profile_item(one(user_id, newsletter=True)))
    whole: Callable[..., Any] = client.batch_get_item
    consistent = []

    def some(RequestItems: Any) -> Any:  # noqa: N803 -- boto3 calls it so
        wanted = RequestItems["users"]
        consistent.append(wanted["ConsistentRead"])
        first, rest = wanted["Keys"][:30], wanted["Keys"][30:]
        answer = whole(RequestItems={"users": {**wanted, "Keys": first}})
        answer["UnprocessedKeys"] = {"users": {**wanted, "Keys": rest}} if rest else {}
        return answer

    monkeypatch.setattr(client, "batch_get_item", some)
    pauses: list[None] = []
    table = SubscriberTable(client, "users", pause=lambda: pauses.append(None))

    described = table.describe(everybody)

    assert [found.user_id for found in described.subscribers] == everybody
    assert consistent == [True] * 4
    assert len(pauses) == 3


def test_the_night_indexes_who_is_older_than_the_index(
    client: "DynamoDBClient", users: UserTable, table: SubscriberTable
) -> None:
    old(client, "ada", newsletter=True)
    old(client, "dan", newsletter=False)
    users.add_profile(one("eve", newsletter=True))
    stale = profile_item(one("zoe", newsletter=True))
    client.put_item(TableName="users", Item={**stale, "newsletter": {"BOOL": False}})
    before = users.profile("ada")

    index_subscribers(LATER, profiles=table)

    assert indexed(table) == ["ada", "eve"]
    assert users.profile("ada") == before
    assert table.mend() == 0


def test_the_night_puts_nobody_in_who_has_decided_otherwise_meanwhile(
    client: "DynamoDBClient",
    users: UserTable,
    table: SubscriberTable,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old(client, "ada", newsletter=True)
    old(client, "eve", newsletter=True)
    change: Callable[..., Any] = client.update_item

    def meanwhile(**request: Any) -> Any:
        if request["Key"] == key("ada", PROFILE):
            users.replace_profile(one("ada", newsletter=False))
        return change(**request)

    monkeypatch.setattr(table._client, "update_item", meanwhile)

    assert table.mend() == 1
    assert indexed(table) == ["eve"]
