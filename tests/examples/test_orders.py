"""Another team's orders, beside resources that were there before it."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.examples.here import Here, running
from tests.examples.team import Team
from tests.waiting import eventually, settled


class Shop:
    """What the shop does and sees."""

    def __init__(self, here: Here) -> None:
        self.here = here
        self.sqs = here.client("sqs")
        self.returns = self.sqs.get_queue_url(QueueName="returns")["QueueUrl"]

    def order(self, address: str) -> str:
        """Order something, and return the order's id."""
        url = f"{self.here.outputs['Url']}/orders"
        answer = self.here.ask("POST", url, json={"address": address})
        assert answer.status_code == 201, answer.text
        order_id: str = answer.json()["orderId"]
        return order_id

    def counted(self, attribute: str) -> dict[str, int]:
        """Return how often something has happened, by order or article."""
        return self.here.numbers(self.here.outputs["OrderTableName"], attribute)

    def brought(self) -> list[str]:
        """Return the address of each parcel that the carrier has taken."""
        return sorted(parcel["address"] for parcel in self.here.outside("GET", "/carrier/parcels"))

    def ends_with(self, attribute: str, expected: dict[str, int]) -> None:
        """Wait until all of it has happened, and see that nothing happens twice."""
        eventually(lambda: self.counted(attribute), until=lambda seen: seen.keys() >= {*expected})
        now = settled(lambda: self.counted(attribute))
        assert {each: now[each] for each in expected} == expected
        assert set(now.values()) == {1}

    def as_it_was(self) -> Path:
        """Return what was synthesised before anybody watched the failure chain."""
        was = self.here.team.folder / ".local" / "was"
        shutil.copytree(self.here.assembly, was)
        file = was / "Orders.template.json"
        template = json.loads(file.read_text())
        kept = template["Resources"].items()
        template["Resources"] = {k: v for k, v in kept if v["Type"] != "AWS::CloudWatch::Alarm"}
        file.write_text(json.dumps(template))
        return was


Resources = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def shop(orders: Team) -> Iterator[Shop]:
    with running(orders, "Orders") as here:
        yield Shop(here)


@pytest.fixture(scope="module")
def resources(shop: Shop) -> Resources:
    """Return what the orders' `app.py` was synthesised into."""
    assert json.loads((shop.here.team.folder / "cdk.json").read_text())["app"] == "python3 app.py"
    template = json.loads((shop.here.assembly / "Orders.template.json").read_text())
    return dict(template["Resources"])


def the(resources: Resources, kind: str) -> tuple[str, dict[str, Any]]:
    """Return the only resource of a kind: its logical id and its properties."""
    (found,) = ((key, item) for key, item in resources.items() if item["Type"] == kind)
    return found[0], found[1].get("Properties", {})


def test_its_route_is_answered_by_its_function(resources: Resources) -> None:
    _, route = the(resources, "AWS::ApiGatewayV2::Route")

    assert route["RouteKey"] == "POST /orders"


def test_its_function_may_put_events_on_the_bus_that_exists(resources: Resources) -> None:
    allowed = [
        json.dumps(statement["Resource"])
        for resource in resources.values()
        if resource["Type"] == "AWS::IAM::Policy"
        for statement in resource["Properties"]["PolicyDocument"]["Statement"]
        if statement["Action"] == "events:PutEvents"
    ]

    assert [resource.endswith(':event-bus/shop"]]}') for resource in allowed] == [True]


def test_what_fails_at_any_step_ends_in_its_failure_chain(resources: Resources) -> None:
    topics = [key for key, item in resources.items() if item["Type"] == "AWS::SNS::Topic"]
    (topic,) = (key for key in topics if key.startswith("Failures"))
    queue, _ = the(resources, "AWS::SQS::Queue")
    _, rule = the(resources, "AWS::Events::Rule")
    destinations = [
        resource["Properties"]["DestinationConfig"]["OnFailure"]["Destination"]
        for resource in resources.values()
        if resource["Type"] in ("AWS::Lambda::EventInvokeConfig", "AWS::Lambda::EventSourceMapping")
        and "DestinationConfig" in resource["Properties"]
    ]

    assert destinations == [{"Ref": topic}] * 3  # an event, and two streams
    assert rule["Targets"][0]["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": [queue, "Arn"]}}


def test_an_order_is_shipped_once_and_one_that_cannot_be_ends_in_the_chain(shop: Shop) -> None:
    first, poison, last = (shop.order(address) for address in ("1 A Street", " ", "2 A Street"))

    shop.ends_with("shipments", {first: 1, last: 1})
    event = shop.here.failed()["requestPayload"]
    assert event["detail"]["data"]["orderId"] == poison

    # Its address is mended, and two people bring it back at once.
    event["detail"]["data"]["address"] = "3 A Street"
    entry = {"Source": event["source"], "DetailType": event["detail-type"], "EventBusName": "shop"}
    again = [{**entry, "Detail": json.dumps(event["detail"])}] * 2
    shop.here.client("events").put_events(Entries=again)
    shop.ends_with("shipments", {first: 1, poison: 1, last: 1})
    assert shop.brought() == ["1 A Street", "2 A Street", "3 A Street"]


def test_a_change_that_makes_no_sense_ends_in_the_chain_and_the_others_count_once(
    shop: Shop,
) -> None:
    for article, pieces in {"tea": 5, "milk": -1, "jam": 0}.items():
        item = {"article": {"S": article}, "pieces": {"N": str(pieces)}}
        shop.here.client("dynamodb").put_item(TableName="stock", Item=item)

    shop.ends_with("changes", {"tea": 1, "jam": 1})
    assert shop.here.failed()["DDBStreamBatchInfo"]["batchSize"] == 1


def test_a_sale_that_cannot_be_read_ends_in_the_chain_and_the_others_count_once(
    shop: Shop,
) -> None:
    for sale in (
        {"article": "tea", "pieces": 1},
        {"article": "milk"},
        {"article": "jam", "pieces": 1},
    ):
        shop.here.client("kinesis").put_record(
            StreamName="tills", Data=json.dumps(sale).encode(), PartitionKey="till-1"
        )

    shop.ends_with("sold", {"tea": 1, "jam": 1})
    assert shop.here.failed()["KinesisBatchInfo"]["batchSize"] == 1


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


def test_what_fails_while_the_carrier_is_down_is_redriven_and_shipped_once(shop: Shop) -> None:
    shop.here.outside("PUT", "/control", json={"carrier": {"mode": "down"}})
    late = shop.order("4 A Street")
    (failure,) = shop.here.waits_for_mending(1)
    assert "no usable answer of the carrier: status 503" in failure["error"]
    logs = shop.here.team.blockwork("local", "logs", "--service", "ShipOrder", "--json").stdout
    assert any(failure["error"].partition(": ")[2] in each for each in logs.splitlines())

    shop.here.outside("PUT", "/control", json={"carrier": {"mode": "ok"}})
    shop.here.redrives(1)

    assert shop.brought().count("4 A Street") == 1
    assert shop.counted("shipments")[late] == 1


def test_what_has_changed_in_the_templates_is_said_and_it_goes_down(shop: Shop) -> None:
    (change,) = shop.here.told("diff", str(shop.as_it_was()), ".local/cdk.out")

    assert "[+] AWS::CloudWatch::Alarm" in change["text"]
    assert shop.here.told_by_checks() == "[] []"
    assert shop.here.told("local", "status")["running"] is True
    shop.here.goes_down()
