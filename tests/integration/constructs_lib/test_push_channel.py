"""Tickets, connections and messages in DynamoDB, as moto has it."""

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from constructs_lib.runtime.push_channel.channel_table import ChannelTable
from constructs_lib.runtime.push_channel.ticket_table import TicketTable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOW = 1_770_000_000.5
CONNECTION = "L0SM9cOFvHcCIhw="


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator["DynamoDBClient"]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    with mock_aws():
        client = boto3.client("dynamodb")
        for table, keys in (("tickets", ["ticketHash"]), ("channel", ["userId", "itemId"])):
            monkeypatch.setenv(f"{table.upper()}_TABLE", table)
            client.create_table(
                TableName=table,
                KeySchema=[
                    {"AttributeName": key, "KeyType": kind}  # type: ignore[typeddict-item]
                    for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
                ],
                AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
                BillingMode="PAY_PER_REQUEST",
            )
        yield client


@pytest.fixture
def channel(client: "DynamoDBClient") -> ChannelTable:
    return ChannelTable.from_environment()


@pytest.fixture
def tickets(client: "DynamoDBClient") -> TicketTable:
    return TicketTable.from_environment()


def issue(client: "DynamoDBClient", ticket: str, *, expires_at: float) -> None:
    client.put_item(
        TableName="tickets",
        Item={
            "ticketHash": {"S": hashlib.sha256(ticket.encode()).hexdigest()},
            "userId": {"S": "ann"},
            "expiresAt": {"N": str(expires_at)},
        },
    )


def append(
    channel: ChannelTable,
    event_id: str,
    *,
    user: str = "ann",
    data: str = "{}",
    now: float = NOW,
) -> int | None:
    return channel.append(
        user,
        event_id=event_id,
        type_="OrderShipped",
        time_="2026-02-03T04:05:06Z",
        data=data,
        now=now,
        keep_seconds=60,
    )


def numbers(channel: ChannelTable, *, after: int = 0, now: float = NOW) -> list[int]:
    return [message.number for message in channel.messages("ann", after=after, now=now)]


def items(client: "DynamoDBClient", prefix: str) -> list[dict[str, Any]]:
    found = client.scan(TableName="channel")["Items"]
    return [item for item in found if item["itemId"]["S"].startswith(prefix)]


def test_a_ticket_is_redeemed_once_within_its_time(
    client: "DynamoDBClient", tickets: TicketTable
) -> None:
    issue(client, "good", expires_at=NOW + 1)

    assert tickets.redeem("good", now=NOW) == "ann"
    assert tickets.redeem("good", now=NOW) is None
    assert tickets.redeem("unknown", now=NOW) is None


@pytest.mark.parametrize("expires_at", [NOW, NOW - 1])
def test_an_expired_ticket_is_not_redeemed_though_dynamodb_still_has_it(
    client: "DynamoDBClient", tickets: TicketTable, expires_at: float
) -> None:
    issue(client, "late", expires_at=expires_at)

    assert tickets.redeem("late", now=NOW) is None


def test_messages_are_numbered_user_by_user_without_a_gap(channel: ChannelTable) -> None:
    assert [append(channel, f"e-{number}") for number in range(3)] == [1, 2, 3]
    assert append(channel, "e-9", user="bob") == 1
    assert append(channel, "e-3") == 4
    assert channel.last_number("ann") == 4
    assert channel.last_number("nobody") == 0


def test_an_event_that_comes_again_is_no_second_message(channel: ChannelTable) -> None:
    assert append(channel, "e-1") == 1
    assert append(channel, "e-2") == 2

    assert append(channel, "e-1") is None

    assert numbers(channel) == [1, 2]


def test_an_event_for_two_users_is_a_message_to_each(channel: ChannelTable) -> None:
    assert append(channel, "e-1", user="ann") == 1
    assert append(channel, "e-1", user="bob") == 1


def test_messages_are_read_in_order_after_a_number_and_until_they_expire(
    channel: ChannelTable,
) -> None:
    for number in range(12):
        append(channel, f"e-{number}", now=NOW + number)

    assert numbers(channel, after=9) == [10, 11, 12]
    assert numbers(channel, after=12) == []
    assert numbers(channel, now=NOW + 60 + 9.2) == [11, 12]


def test_messages_beyond_a_page_of_dynamodb_are_read_too(channel: ChannelTable) -> None:
    for number in range(11):
        append(channel, f"e-{number}", data=f'"{"x" * 120_000}"')

    assert numbers(channel) == list(range(1, 12))


def test_a_message_is_read_as_it_was_kept(channel: ChannelTable) -> None:
    append(channel, "e-1", data='{"userId":"ann","name":"Ärmel"}')

    (message,) = channel.messages("ann", after=0, now=NOW)

    assert message.text() == (
        '{"type":"OrderShipped","id":"000000000001","time":"2026-02-03T04:05:06Z",'
        '"data":{"userId":"ann","name":"Ärmel"}}'
    )


def test_a_connection_is_known_until_it_closes(channel: ChannelTable) -> None:
    channel.open("ann", CONNECTION, cursor=3, now=NOW)
    channel.open("ann", "other", cursor=0, now=NOW)
    channel.open("bob", "bobs", cursor=0, now=NOW)

    (one, _) = channel.connections("ann")
    assert (one.id, one.cursor, one.connected_at) == (CONNECTION, 3, NOW)

    channel.close("ann", CONNECTION)
    channel.close("ann", "never-there")
    assert [connection.id for connection in channel.connections("ann")] == ["other"]


def test_a_cursor_moves_and_brings_no_closed_connection_back(
    client: "DynamoDBClient", channel: ChannelTable
) -> None:
    channel.open("ann", CONNECTION, cursor=0, now=NOW)
    channel.note_failures("ann", CONNECTION, 4)
    assert [(one.cursor, one.failures) for one in channel.connections("ann")] == [(0, 4)]
    channel.move_cursor("ann", CONNECTION, 2)
    assert [(one.cursor, one.failures) for one in channel.connections("ann")] == [(2, 0)]

    channel.close("ann", CONNECTION)
    channel.move_cursor("ann", CONNECTION, 3)
    channel.note_failures("ann", CONNECTION, 1)

    assert items(client, "connection#") == []


def test_asking_for_what_was_missed_changes_the_table_each_time(
    client: "DynamoDBClient", channel: ChannelTable
) -> None:
    channel.ask_for_missed("ann", CONNECTION, now=NOW)
    (first,) = items(client, "resume#")
    channel.ask_for_missed("ann", CONNECTION, now=NOW + 1)
    (second,) = items(client, "resume#")

    assert first["itemId"] == second["itemId"] == {"S": f"resume#{CONNECTION}"}
    assert first != second


def test_everything_but_the_counter_goes_by_itself(
    client: "DynamoDBClient", channel: ChannelTable
) -> None:
    channel.open("ann", CONNECTION, cursor=0, now=NOW)
    channel.ask_for_missed("ann", CONNECTION, now=NOW)
    append(channel, "e-1")

    stay = {
        item["itemId"]["S"].split("#")[0]: float(item["expiresAt"]["N"]) - int(NOW)
        for item in items(client, "")
        if "expiresAt" in item
    }

    two_hours, forty_days = 2 * 3600, 40 * 86_400
    assert stay.pop("connection") > two_hours
    assert stay == {"resume": 600, "message": 60, "seen": forty_days}
    assert [item["itemId"]["S"] for item in items(client, "") if "expiresAt" not in item] == [
        "counter"
    ]


class Rival:
    """A client of DynamoDB whose transactions somebody else precedes, the first few times."""

    def __init__(self, client: "DynamoDBClient", *rivals: str) -> None:
        self._client, self._rivals = client, list(rivals)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **request: Any) -> Any:
        if self._rivals:
            append(ChannelTable(self._client, "channel"), self._rivals.pop(0))
        return self._client.transact_write_items(**request)


def test_who_is_preceded_takes_the_next_number(client: "DynamoDBClient") -> None:
    channel = ChannelTable(Rival(client, "r-1", "r-2"), "channel")  # type: ignore[arg-type]

    assert append(channel, "e-1") == 3
    assert numbers(channel) == [1, 2, 3]


def test_who_is_preceded_by_the_same_event_leaves_it_at_that(client: "DynamoDBClient") -> None:
    channel = ChannelTable(Rival(client, "e-1"), "channel")  # type: ignore[arg-type]

    assert append(channel, "e-1") is None
    assert numbers(channel) == [1]


def test_all_that_is_kept_of_a_user_is_forgotten_and_of_nobody_else(
    client: "DynamoDBClient", channel: ChannelTable
) -> None:
    for user_id in ("ann", "bob"):
        channel.open(user_id, CONNECTION, cursor=0, now=NOW)
        channel.ask_for_missed(user_id, CONNECTION, now=NOW)
        for number in range(40):
            channel.append(
                user_id,
                event_id=f"{user_id}-{number}",
                type_="OrderShipped",
                time_="2026-02-03T04:05:06Z",
                data="{}",
                now=NOW,
                keep_seconds=60,
            )
    before = client.scan(TableName="channel")["Items"]

    assert channel.forget("ann") == len(before) / 2 == 83
    assert channel.forget("ann") == 0

    left = client.scan(TableName="channel")["Items"]
    assert left == [item for item in before if item["userId"]["S"] == "bob"]
