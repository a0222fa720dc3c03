"""A push channel behind the bus of another team, whose events have another form."""

import json
from typing import Any

import pytest
from aws_cdk import CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_events as events

from constructs_lib.blocks import FailureChain, PushChannel
from constructs_lib.primitives import BuildTarget
from tests.emulator.push import Channel
from tests.emulator.support import Aws, eventually
from tests.emulator.synthesised import deploy_constructs

BUS = "of-another-team"


@pytest.fixture(scope="module")
def channel(aws: Aws) -> Channel:
    aws.client("events").create_event_bus(Name=BUS)

    def build(stack: Stack) -> None:
        bus = events.EventBus.from_event_bus_name(stack, "Bus", BUS)
        push = PushChannel(
            stack,
            "Push",
            failures=FailureChain(stack, "Failures"),
            callback_url=lambda api_id: f"{aws.endpoint}/_aws/execute-api/{api_id}/live",
            removal_policy=RemovalPolicy.DESTROY,
            target=BuildTarget.this_machine(),
        )
        push.subscribe(bus, source="shop.orders", detail_types=["OrderShipped"])
        push.subscribe(
            bus,
            source="shop.orders",
            detail_types=["OrderReturned"],
            user_key="customer.id",
            plain=True,
            id_="Returns",
        )
        push.forget_on(
            bus, source="shop.people", detail_types=["Left"], user_key="person", plain=True
        )
        CfnOutput(stack, "ApiId", value=push.api.api_id)
        CfnOutput(stack, "T", value=push.tickets.table_name).override_logical_id("Tickets")
        CfnOutput(stack, "C", value=push.table.table_name).override_logical_id("Channel")

    return Channel(aws, deploy_constructs(aws, "push-subscriptions", build) | {"Bus": BUS})


def tell(channel: Channel, source: str, detail_type: str, **detail: Any) -> None:
    entry = {
        "EventBusName": BUS,
        "Source": source,
        "DetailType": detail_type,
        "Detail": json.dumps(detail),
    }
    answer = channel.aws.client("events").put_events(Entries=[entry])
    assert answer["FailedEntryCount"] == 0


def test_events_of_both_forms_come_to_their_user(channel: Channel) -> None:
    with channel.tab("ann") as anns, channel.tab("bob") as bobs:
        channel.publish("ann", order="o-1")
        assert anns.hears()["data"]["order"] == "o-1"

        tell(channel, "shop.orders", "OrderReturned", customer={"id": "ann"}, order="o-2")

        heard = anns.hears()
        assert (heard["type"], heard["id"]) == ("OrderReturned", "000000000002")
        assert heard["data"] == {"customer": {"id": "ann"}, "order": "o-2"}
        assert bobs.hears_nothing()


def test_who_is_gone_is_forgotten(channel: Channel) -> None:
    with channel.tab("cat") as tab:
        tell(channel, "shop.orders", "OrderReturned", customer={"id": "cat"})
        tab.hears()
    assert channel.last_number("cat") == 1

    tell(channel, "shop.people", "Left", person="cat")

    eventually(lambda: channel.last_number("cat") == 0)
