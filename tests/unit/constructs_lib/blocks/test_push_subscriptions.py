"""Whose events a push channel takes, and what it is told of their form."""

import json
from typing import Any

import pytest
from aws_cdk import Stack
from aws_cdk import aws_events as events
from aws_cdk.assertions import Match, Template

from constructs_lib.blocks import EventBus, FailureChain, PushChannel
from constructs_lib.primitives import BuildTarget

PLAIN: dict[str, Any] = {"user_key": "customer.id", "plain": True}
PLAIN_FORM = {"user": ["customer", "id"], "plain": True}


@pytest.fixture
def push(stack: Stack, failures: FailureChain) -> PushChannel:
    return PushChannel(stack, "Push", failures=failures, target=BuildTarget.this_machine())


@pytest.fixture
def theirs(stack: Stack) -> events.IEventBus:
    arn = "arn:aws:events:eu-west-1:123456789012:event-bus/theirs"
    return events.EventBus.from_event_bus_arn(stack, "Theirs", arn)


def forms(stack: Stack, entry: str) -> Any:
    """Return what a function of the channel is told of events."""
    found = Template.from_stack(stack).find_resources(
        "AWS::Lambda::Function", {"Properties": {"Handler": f"push_channel.{entry}.handler"}}
    )
    (function,) = found.values()
    told = function["Properties"]["Environment"]["Variables"].get("EVENT_FORMS")
    return told and json.loads(told)


def test_events_may_come_over_the_bus_of_another_team(
    stack: Stack, push: PushChannel, theirs: events.IEventBus
) -> None:
    push.subscribe(theirs, source="shop.orders", detail_types=["OrderShipped"])

    Template.from_stack(stack).has_resource_properties(
        "AWS::Events::Rule",
        {
            "EventBusName": "theirs",
            "EventPattern": {"source": ["shop.orders"], "detail-type": ["OrderShipped"]},
            "Targets": [
                Match.object_like(
                    {"Arn": stack.resolve(push.accept.function_arn), "DeadLetterConfig": {}}
                )
            ],
        },
    )


def test_events_in_our_form_need_no_words(stack: Stack, push: PushChannel) -> None:
    push.subscribe(EventBus(stack, "Bus"), source="shop.orders", detail_types=["OrderShipped"])

    assert forms(stack, "accept") is None


def test_events_may_name_their_user_elsewhere_and_have_no_envelope(
    stack: Stack, push: PushChannel, theirs: events.IEventBus
) -> None:
    push.subscribe(theirs, source="shop.orders", detail_types=["OrderShipped"])
    push.subscribe(theirs, source="shop.returns", detail_types=["A", "B"], **PLAIN)
    push.forget_on(theirs, source="shop.people", detail_types=["Left"], user_key="personId")

    assert forms(stack, "accept") == {"shop.returns": {"A": PLAIN_FORM, "B": PLAIN_FORM}}
    assert forms(stack, "forget") == {
        "shop.people": {"Left": {"user": ["personId"], "plain": False}}
    }


def test_a_source_may_be_subscribed_to_as_often_as_one_likes(
    stack: Stack, push: PushChannel, theirs: events.IEventBus
) -> None:
    bus = EventBus(stack, "Bus")
    push.subscribe(bus, source="shop.orders", detail_types=["OrderShipped"])
    push.subscribe(bus, source="shop.orders", detail_types=["OrderLost"], id_="Lost")
    push.subscribe(theirs, source="shop.orders", detail_types=["OrderShipped"], id_="Theirs")

    Template.from_stack(stack).resource_count_is("AWS::Events::Rule", 3)


def test_who_is_gone_is_told_by_several(
    stack: Stack, push: PushChannel, theirs: events.IEventBus
) -> None:
    push.forget_on(EventBus(stack, "Bus"), source="shop.users", detail_types=["UserLeft"])
    push.forget_on(theirs, source="shop.people", detail_types=["Left"], id_="ForgettingTheirs")

    template = Template.from_stack(stack)
    template.resource_count_is("AWS::Events::Rule", 2)
    forget = {"Properties": {"Handler": "push_channel.forget.handler"}}
    assert len(template.find_resources("AWS::Lambda::Function", forget)) == 1


def test_a_second_subscription_without_a_name_of_its_own_is_refused(
    stack: Stack, push: PushChannel
) -> None:
    bus = EventBus(stack, "Bus")
    push.subscribe(bus, source="shop.orders", detail_types=["OrderShipped"])

    with pytest.raises(ValueError, match=r"id_ must be another .*got 'shop.orders' again \(at Te"):
        push.subscribe(bus, source="shop.orders", detail_types=["OrderLost"])


def test_one_event_names_its_user_in_one_place(stack: Stack, push: PushChannel) -> None:
    bus = EventBus(stack, "Bus")
    push.subscribe(bus, source="shop.orders", detail_types=["OrderShipped"])

    with pytest.raises(ValueError, match=r"OrderShipped of shop\.orders must be in one place"):
        push.subscribe(bus, source="shop.orders", detail_types=["OrderShipped"], id_="B", **PLAIN)


@pytest.mark.parametrize("key", ["", "a..b", ".a", "a b", "a."])
def test_a_key_that_names_nothing_is_refused(
    push: PushChannel, theirs: events.IEventBus, key: str
) -> None:
    with pytest.raises(ValueError, match=rf"user_key must be a name.*got '{key}' \(at Test/Push/s"):
        push.subscribe(theirs, source="s", detail_types=["A"], user_key=key)


@pytest.mark.parametrize(
    ("source", "detail_types", "message"),
    [("", ["A"], "source must name one service.*got ''"), ("s", [], "must name an event at least")],
)
def test_everything_of_another_bus_is_never_meant(
    push: PushChannel,
    theirs: events.IEventBus,
    source: str,
    detail_types: list[str],
    message: str,
) -> None:
    with pytest.raises(ValueError, match=rf"{message} \(at Test/Push/Some\)"):
        push.subscribe(theirs, source=source, detail_types=detail_types, id_="Some")
