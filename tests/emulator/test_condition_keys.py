from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.emulator.principals import client_of_somebody, denied
from tests.emulator.support import Aws

TABLE = "arn:aws:dynamodb:eu-west-2:000000000000:table/"
BUS = "arn:aws:events:eu-west-2:000000000000:event-bus/"
KEYS = ["user", "item"]
READ = {"StringEquals": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}}
WRITTEN = {
    "StringEqualsIfExists": {"dynamodb:ReturnValues": ["NONE", "UPDATED_OLD", "UPDATED_NEW"]}
}
Item = dict[str, Any]


def attributes(*names: str) -> Item:
    return {"ForAllValues:StringEquals": {"dynamodb:Attributes": [*KEYS, *names]}}


def key(user: str = "ann", item: str = "score") -> Item:
    return {"user": {"S": user}, "item": {"S": item}}


class Table:
    """A table with an item of Ann's, and clients of people who may do some things with it."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self.name = f"scores-{uuid4().hex}"
        self.root = aws.client("dynamodb")
        self.root.create_table(
            TableName=self.name,
            AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in KEYS],
            KeySchema=[
                {"AttributeName": name, "KeyType": kind}
                for name, kind in zip(KEYS, ("HASH", "RANGE"), strict=True)
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        item = {**key(), "points": {"N": "3"}, "secret": {"S": "x"}}
        self.root.put_item(TableName=self.name, Item=item)

    def client(self, actions: list[str], **condition: Any) -> Any:
        statement = {
            "Action": [f"dynamodb:{action}" for action in actions],
            "Resource": TABLE + self.name,
            "Condition": condition,
        }
        return client_of_somebody(self._aws, "dynamodb", statement)

    def item(self, **parts: str) -> Item:
        found: Item = self.root.get_item(TableName=self.name, Key=key(**parts)).get("Item", {})
        return found


@pytest.fixture
def table(aws: Aws) -> Table:
    return Table(aws)


Ask = Callable[[Any, str], Any]
READS: dict[str, Ask] = {
    "a whole item": lambda ddb, name: ddb.get_item(TableName=name, Key=key()),
    "another attribute": lambda ddb, name: ddb.get_item(
        TableName=name, Key=key(), ProjectionExpression="points, secret"
    ),
    "another attribute under another name": lambda ddb, name: ddb.get_item(
        TableName=name,
        Key=key(),
        ProjectionExpression="#s",
        ExpressionAttributeNames={"#s": "secret"},
    ),
    "another attribute by the legacy parameter": lambda ddb, name: ddb.get_item(
        TableName=name, Key=key(), AttributesToGet=["secret"]
    ),
    "whole items of a user": lambda ddb, name: ddb.query(
        TableName=name,
        KeyConditionExpression="#u = :u",
        ExpressionAttributeNames={"#u": "user"},
        ExpressionAttributeValues={":u": {"S": "ann"}},
    ),
    "items by another attribute": lambda ddb, name: ddb.query(
        TableName=name,
        KeyConditionExpression="#u = :u",
        FilterExpression="begins_with(secret, :s)",
        ProjectionExpression="points",
        ExpressionAttributeNames={"#u": "user"},
        ExpressionAttributeValues={":u": {"S": "ann"}, ":s": {"S": "x"}},
    ),
    "whole items of a batch": lambda ddb, name: ddb.batch_get_item(
        RequestItems={name: {"Keys": [key()]}}
    ),
}


@pytest.mark.parametrize("ask", READS.values(), ids=READS)
def test_who_may_read_some_attributes_reads_no_other(table: Table, ask: Ask) -> None:
    reader = table.client(["GetItem", "Query", "BatchGetItem"], **attributes("points") | READ)

    with denied():
        ask(reader, table.name)


def test_who_may_read_some_attributes_reads_them(table: Table) -> None:
    reader = table.client(["GetItem", "Query", "BatchGetItem"], **attributes("points") | READ)
    wanted = {"ProjectionExpression": "points"}

    item = reader.get_item(TableName=table.name, Key=key(), **wanted)["Item"]
    queried = reader.query(
        TableName=table.name,
        KeyConditionExpression="#u = :u AND #i BETWEEN :a AND :z",
        FilterExpression="points IN (:p) AND attribute_exists(points)",
        ExpressionAttributeNames={"#u": "user", "#i": "item"},
        ExpressionAttributeValues={
            ":u": {"S": "ann"},
            ":a": {"S": "a"},
            ":z": {"S": "z"},
            ":p": {"N": "3"},
        },
        **wanted,
    )
    batch = reader.batch_get_item(RequestItems={table.name: {"Keys": [key()], **wanted}})

    points = {"points": {"N": "3"}}
    assert item == points
    assert queried["Items"] == batch["Responses"][table.name] == [points]


def update(name: str, expression: str = "SET points = :n", **more: Any) -> Item:
    values = {":n": {"N": "4"}} if ":n" in expression else {}
    return {
        "TableName": name,
        "Key": key(),
        "UpdateExpression": expression,
        **({"ExpressionAttributeValues": values} if values else {}),
        **more,
    }


WRITES: dict[str, Ask] = {
    "another attribute": lambda ddb, name: ddb.update_item(**update(name, "SET secret = :n")),
    "another attribute besides": lambda ddb, name: ddb.update_item(
        **update(name, "SET points = :n REMOVE secret")
    ),
    "another attribute under another name": lambda ddb, name: ddb.update_item(
        **update(name, "SET #s = :n", ExpressionAttributeNames={"#s": "secret"})
    ),
    "if another attribute is so": lambda ddb, name: ddb.update_item(
        **update(name, ConditionExpression="secret <> :n")
    ),
    "to be shown the whole item": lambda ddb, name: ddb.update_item(
        **update(name, ReturnValues="ALL_NEW")
    ),
    "by the legacy parameter": lambda ddb, name: ddb.update_item(
        TableName=name, Key=key(), AttributeUpdates={"secret": {"Action": "DELETE"}}
    ),
    "in a transaction": lambda ddb, name: ddb.transact_write_items(
        TransactItems=[
            {"Update": update(name)},
            {"Update": update(name, "SET secret = :n") | {"Key": key(item="other")}},
        ]
    ),
    "the item as a whole": lambda ddb, name: ddb.put_item(
        TableName=name, Item={**key(), "secret": {"S": "y"}}
    ),
    "the item in a batch": lambda ddb, name: ddb.batch_write_item(
        RequestItems={name: [{"PutRequest": {"Item": {**key(), "secret": {"S": "y"}}}}]}
    ),
}


@pytest.mark.parametrize("ask", WRITES.values(), ids=WRITES)
def test_who_may_write_some_attributes_writes_no_other(table: Table, ask: Ask) -> None:
    actions = ["UpdateItem", "PutItem", "BatchWriteItem"]
    writer = table.client(actions, **attributes("points") | WRITTEN)

    with denied():
        ask(writer, table.name)
    assert table.item()["secret"] == {"S": "x"}


def test_who_may_write_some_attributes_writes_them(table: Table) -> None:
    writer = table.client(["UpdateItem"], **attributes("points") | WRITTEN)

    writer.update_item(
        **update(table.name, ConditionExpression="points < :n", ReturnValues="UPDATED_NEW")
    )
    writer.transact_write_items(
        TransactItems=[{"Update": update(table.name) | {"Key": key(item="other")}}]
    )

    assert table.item()["points"] == table.item(item="other")["points"] == {"N": "4"}


@pytest.mark.parametrize("action", ["GetItem", "DeleteItem", "Query", "PutItem"])
def test_who_may_touch_one_users_items_touches_nobody_elses(table: Table, action: str) -> None:
    own = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["bob"]}}
    bob = table.client([action], **own)

    def ask(user: str) -> None:
        name = {"TableName": table.name}
        match action:
            case "PutItem":
                bob.put_item(**name, Item=key(user))
            case "Query":
                condition = {"user": {"AttributeValueList": [{"S": user}]}}
                bob.query(
                    **name,
                    KeyConditions={"user": condition["user"] | {"ComparisonOperator": "EQ"}},
                )
            case "GetItem":
                bob.get_item(**name, Key=key(user))
            case "DeleteItem":
                bob.delete_item(**name, Key=key(user))

    ask("bob")
    with denied():
        ask("ann")


def entry(source: str, bus: str = "default", type_: str = "Placed") -> Item:
    return {"EventBusName": bus, "Source": source, "DetailType": type_, "Detail": "{}"}


BY_QUANTITY = {
    "ForAllValues:StringEquals": {"events:source": "shop.orders"},
    "Null": {"events:source": "false"},
}


@pytest.mark.parametrize(
    "condition",
    [BY_QUANTITY, {"StringEquals": {"events:source": "shop.orders"}}],
    ids=["for all values", "plain"],
)
def test_who_may_publish_as_one_source_publishes_as_no_other(aws: Aws, condition: Item) -> None:
    statement = {"Action": "events:PutEvents", "Resource": f"{BUS}*", "Condition": condition}
    shop = client_of_somebody(aws, "events", statement)

    assert shop.put_events(Entries=[entry("shop.orders")] * 2)["FailedEntryCount"] == 0
    for entries in (
        [entry("shop.payments")],
        [entry("shop.orders"), entry("shop.payments")],
        [entry("shop.payments"), entry("shop.orders")],
    ):
        with denied():
            shop.put_events(Entries=entries)


def test_a_source_counts_on_every_bus_of_a_call(aws: Aws) -> None:
    aws.client("events").create_event_bus(Name="second-bus")
    may = {"Action": "events:PutEvents"}
    shop = client_of_somebody(
        aws,
        "events",
        {**may, "Resource": f"{BUS}default"},
        {**may, "Resource": f"{BUS}second-bus", "Condition": BY_QUANTITY},
    )

    assert not shop.put_events(Entries=[entry("shop.orders", "second-bus")])["FailedEntryCount"]
    with denied():
        shop.put_events(Entries=[entry("shop.a"), entry("shop.payments", "second-bus")])


def test_who_may_publish_one_type_publishes_no_other(aws: Aws) -> None:
    condition = {"StringEquals": {"events:detail-type": "Placed"}}
    statement = {"Action": "events:PutEvents", "Resource": f"{BUS}*", "Condition": condition}
    shop = client_of_somebody(aws, "events", statement)

    assert shop.put_events(Entries=[entry("shop.orders")])["FailedEntryCount"] == 0
    with denied():
        shop.put_events(Entries=[entry("shop.orders", type_="Shipped")])
