"""Another team's orders, beside resources that were there before it."""

import json
from typing import Any

import httpx
import pytest

from blockwork.companions import OUTSIDE
from blockwork.local.fakes.keys import key_file
from tests.account import EmptyAccount
from tests.examples.observing import ask, numbers, the_failed
from tests.examples.team import Team
from tests.waiting import eventually, settled


class Shop:
    """What the shop has had for years, and the app beside it.

    :param outputs: what the app's stack exports.
    """

    def __init__(self, account: EmptyAccount) -> None:
        self.account = account
        self.sqs = account.client("sqs")
        self.outputs: dict[str, str] = {}
        self.lost_parcels = self.sqs.create_queue(QueueName="lost-parcels")["QueueUrl"]
        asked = {"QueueUrl": self.lost_parcels, "AttributeNames": ["QueueArn"]}
        arn = self.sqs.get_queue_attributes(**asked)["Attributes"]["QueueArn"]
        moves = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 2})
        self.returns = self.sqs.create_queue(
            QueueName="returns", Attributes={"RedrivePolicy": moves, "VisibilityTimeout": "60"}
        )["QueueUrl"]
        account.client("events").create_event_bus(Name="shop")
        account.client("kinesis").create_stream(StreamName="tills", ShardCount=1)
        stock = account.client("dynamodb").create_table(
            TableName="stock",
            KeySchema=[{"AttributeName": "article", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "article", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        )["TableDescription"]
        account.client("ssm").put_parameter(
            Name="/shop/stock/stream", Type="String", Value=stock["LatestStreamArn"]
        )
        for fake in account.emulator.fakes:
            for secret, parameter in fake.secrets.items():
                key = key_file(account.emulator.state, fake.name, secret).made()
                account.client("ssm").put_parameter(Name=parameter, Type="SecureString", Value=key)

    def order(self, address: str) -> str:
        """Order something, and return the order's id."""
        url = f"{self.outputs['Url']}/orders"
        answer = ask(self.account, "POST", url, json={"address": address})
        assert answer.status_code == 201, answer.text
        order_id: str = answer.json()["orderId"]
        return order_id

    def counted(self, attribute: str) -> dict[str, int]:
        """Return how often something has happened, by order or article."""
        return numbers(self.account, self.outputs["OrderTableName"], attribute)

    def brought(self) -> list[str]:
        """Return the address of each parcel that the carrier has taken."""
        url = f"http://127.0.0.1:{(self.account.emulator.port or 0) + OUTSIDE}/carrier/parcels"
        return sorted(parcel["address"] for parcel in httpx.get(url, trust_env=False).json())

    def ends_with(self, attribute: str, expected: dict[str, int]) -> None:
        """Wait until all of it has happened, and see that nothing happens twice."""
        eventually(lambda: self.counted(attribute), until=lambda seen: seen.keys() >= {*expected})
        assert settled(lambda: self.counted(attribute)) == expected

    def failed(self) -> Any:
        """Wait for the one event that ends in the failure chain."""
        return the_failed(self.account, self.outputs["FailedEvents"])


@pytest.fixture(scope="module")
def shop(account: EmptyAccount, orders: Team) -> Shop:
    shop = Shop(account)
    shop.outputs = orders.deploy(account)
    return shop


def test_an_order_is_shipped_once_and_one_that_cannot_be_ends_in_the_chain(shop: Shop) -> None:
    first, poison, last = (shop.order(address) for address in ("1 A Street", " ", "2 A Street"))

    shop.ends_with("shipments", {first: 1, last: 1})
    event = shop.failed()["requestPayload"]
    assert event["detail"]["data"]["orderId"] == poison

    # Its address is mended, and two people bring it back at once.
    event["detail"]["data"]["address"] = "3 A Street"
    entry = {"Source": event["source"], "DetailType": event["detail-type"], "EventBusName": "shop"}
    again = [{**entry, "Detail": json.dumps(event["detail"])}] * 2
    shop.account.client("events").put_events(Entries=again)
    shop.ends_with("shipments", {first: 1, poison: 1, last: 1})
    assert shop.brought() == ["1 A Street", "2 A Street", "3 A Street"]


def test_a_change_that_makes_no_sense_ends_in_the_chain_and_the_others_count_once(
    shop: Shop,
) -> None:
    for article, pieces in {"tea": 5, "milk": -1, "jam": 0}.items():
        item = {"article": {"S": article}, "pieces": {"N": str(pieces)}}
        shop.account.client("dynamodb").put_item(TableName="stock", Item=item)

    shop.ends_with("changes", {"tea": 1, "jam": 1})
    assert shop.failed()["DDBStreamBatchInfo"]["batchSize"] == 1


def test_a_sale_that_cannot_be_read_ends_in_the_chain_and_the_others_count_once(
    shop: Shop,
) -> None:
    for sale in (
        {"article": "tea", "pieces": 1},
        {"article": "milk"},
        {"article": "jam", "pieces": 1},
    ):
        shop.account.client("kinesis").put_record(
            StreamName="tills", Data=json.dumps(sale).encode(), PartitionKey="till-1"
        )

    shop.ends_with("sold", {"tea": 1, "jam": 1})
    assert shop.failed()["KinesisBatchInfo"]["batchSize"] == 1


def test_a_parcel_without_a_label_is_kept_by_its_queue_and_the_others_count_once(
    shop: Shop,
) -> None:
    for body in ('{"orderId": "one"}', "no label", '{"orderId": "two"}'):
        shop.sqs.send_message(QueueUrl=shop.returns, MessageBody=body)

    shop.ends_with("returns", {"one": 1, "two": 1})
    # It comes again after a minute, and ends where the warehouse looks.
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    asked = {"QueueUrl": shop.returns, "AttributeNames": names}
    counts = shop.sqs.get_queue_attributes(**asked)["Attributes"].values()
    assert sum(map(int, counts)) == 1
