"""Profiles, permissions and tickets against DynamoDB's API."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from identity.adapters.ticket_table import TicketTable
from identity.adapters.user_table import UserTable
from identity.domain.account import Account
from identity.domain.granting import Granted
from identity.domain.profile import DisplayName, PhoneNumber, ProfileDetails, UnknownProfileError
from identity.domain.tickets import StoredTicket

from blockwork.runtime.versions import OutdatedError, Seen
from tests.unit.lambda_src.identity.samples import (
    CREATED,
    LATER,
    grant,
    permissions,
    profile,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def table(client: "DynamoDBClient") -> UserTable:
    return UserTable.from_environment()


def test_a_profile_comes_back_as_it_went_in(table: UserTable) -> None:
    assert table.add_profile(profile()) is True

    assert table.profile("user-2") == profile()


def test_a_profile_is_never_added_in_the_place_of_another(table: UserTable) -> None:
    table.add_profile(profile())

    assert table.add_profile(profile(name="Eve")) is False
    assert table.profile("user-2") == profile()


def test_who_has_no_profile_is_told_so(table: UserTable) -> None:
    table.grant(grant("a:b"))

    with pytest.raises(UnknownProfileError):
        table.profile("user-2")


def test_an_address_that_changed_is_all_that_changes(table: UserTable) -> None:
    table.add_profile(profile())

    table.change_address("user-2", "ada@new.example")
    table.change_address("nobody", "eve@new.example")

    assert table.profile("user-2") == replace(profile(), email="ada@new.example")
    with pytest.raises(UnknownProfileError):
        table.profile("nobody")


def test_replacing_keeps_when_and_by_what_the_profile_was_made(table: UserTable) -> None:
    table.add_profile(profile())
    other = replace(
        profile(),
        email="ada@new.example",
        details=ProfileDetails(
            display_name=DisplayName(""), phone=PhoneNumber(""), newsletter=False
        ),
        created_at=LATER,
        updated_at=LATER,
        correlation_id="c2",
    )

    answer = table.replace_profile(other)

    expected = replace(other, created_at=CREATED, correlation_id="c1", newsletter_since=None)
    assert answer == expected
    assert table.profile("user-2") == answer


def test_since_when_somebody_wants_the_newsletter_stays_until_they_do_not(
    table: UserTable,
) -> None:
    wants = replace(profile(), newsletter_since=LATER)
    wants_not = replace(wants, details=replace(wants.details, newsletter=False))
    table.add_profile(profile())

    since = [table.replace_profile(each).newsletter_since for each in (wants, wants_not, wants)]

    assert since == [CREATED, None, LATER]


def test_replacing_what_is_not_there_adds_it(table: UserTable) -> None:
    assert table.replace_profile(profile()) == profile()
    assert table.profile("user-2") == profile()


@pytest.mark.parametrize("granted", [[], ["*:*"], ["write:products", "list:users"]])
def test_permissions_come_back_as_they_went_in(table: UserTable, granted: list[str]) -> None:
    table.grant(grant("something:else"))

    table.grant(grant(*granted))

    assert table.granted("user-2") == Granted(permissions(*granted), "b2")
    assert table.account("user-2") == Account(email=None, permissions=permissions(*granted))


def test_who_was_never_granted_anything_has_no_permissions(table: UserTable) -> None:
    table.grant(grant("a:b", user_id="user-3"))

    assert table.granted("user-2") == Granted()
    assert table.account("user-2") == Account(email=None, permissions=frozenset())


def test_an_account_has_both(client: "DynamoDBClient") -> None:
    table = UserTable.for_trigger()
    table.add_profile(profile())
    table.grant(grant("write:products"))

    assert table.account("user-2") == Account(
        email=profile().email, permissions=permissions("write:products")
    )


def seen(*versions: str) -> Seen:
    return Seen(frozenset(versions))


def test_only_a_profile_that_was_seen_is_replaced(table: UserTable) -> None:
    for nothing in (Seen(None), seen("0"), seen("a1")):
        with pytest.raises(OutdatedError) as refused:
            table.replace_profile(profile(), seen=nothing)
        assert refused.value.current is None
    table.add_profile(profile())
    second = table.replace_profile(replace(profile(), version="a2"), seen=seen("a1"))

    with pytest.raises(OutdatedError) as refused:
        table.replace_profile(replace(profile(), version="a3"), seen=seen("a1"))

    assert refused.value.current == second == table.profile("user-2")
    assert table.replace_profile(second, seen=seen("a1")) == second  # repeated by botocore
    assert table.replace_profile(replace(second, version="a4"), seen=Seen(None)).version == "a4"


def test_only_permissions_that_were_seen_are_replaced(table: UserTable) -> None:
    first = table.granted("user-2")
    table.grant(grant("a:b"), seen=seen(first.version))

    with pytest.raises(OutdatedError) as refused:
        table.grant(replace(grant("c:d"), version="b3"), seen=seen(first.version, "x"))

    assert refused.value.current == table.granted("user-2") == Granted(permissions("a:b"), "b2")
    table.grant(grant("a:b"), seen=seen(first.version))  # repeated by botocore
    table.grant(replace(grant("c:d"), version="b3"), seen=Seen(None))
    assert table.granted("user-2").version == "b3"


def test_permissions_that_were_written_past_the_api_and_cannot_be_read_grant_nothing(
    table: UserTable, client: "DynamoDBClient"
) -> None:
    client.put_item(
        TableName="users",
        Item={
            "userId": {"S": "user-2"},
            "itemId": {"S": "permissions"},
            "permissions": {"S": "write:products  everything"},
            "grantedBy": {"S": "somebody"},
            "grantedAt": {"S": CREATED.isoformat()},
            "correlationId": {"S": "c1"},
        },
    )

    with pytest.raises(ValueError, match="must be `action:resource`, got ''"):
        table.account("user-2")


def test_what_is_read_is_never_stale(client: "DynamoDBClient") -> None:
    asked: list[tuple[str, bool]] = []

    def remember(params: dict[str, bool], model: object, **_: object) -> None:
        asked.append((getattr(model, "name", ""), params["ConsistentRead"]))

    reader = UserTable(client, "users")
    for operation in ("Query", "GetItem"):
        client.meta.events.register(f"before-parameter-build.dynamodb.{operation}", remember)
    reader.account("user-2")
    reader.granted("user-2")

    assert asked == [("Query", True), ("GetItem", True)]


def test_a_ticket_is_kept_with_the_second_it_ends(client: "DynamoDBClient") -> None:
    TicketTable.from_environment().add(
        StoredTicket(
            ticket_hash="ab12", user_id="user-2", expires_at=CREATED + timedelta(seconds=60)
        )
    )

    assert client.scan(TableName="tickets")["Items"] == [
        {
            "ticketHash": {"S": "ab12"},
            "userId": {"S": "user-2"},
            "expiresAt": {"N": str(int(CREATED.timestamp()) + 60)},
        }
    ]
