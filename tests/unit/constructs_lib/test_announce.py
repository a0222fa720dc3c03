"""What the command looks for says what it is, wherever it stands."""

from typing import Any

import pytest
from aws_cdk import App, NestedStack, Stack, Stage
from aws_cdk.assertions import Template

from constructs_lib.blocks import EventBus, FailureChain

QUEUE, BUS = "AWS::SQS::Queue", "AWS::Events::EventBus"


def tags(stack: Stack, kind: str) -> list[dict[str, Any]]:
    found = Template.from_stack(stack).find_resources(kind).values()
    return [
        {tag["Key"]: tag["Value"] for tag in resource["Properties"].get("Tags", [])}
        for resource in found
    ]


def test_several_chains_of_a_stack_are_known_by_their_paths_or_as_they_say(stack: Stack) -> None:
    FailureChain(stack, "Orders")
    FailureChain(stack, "Returns", known_as="returns of goods")

    assert tags(stack, QUEUE) == [
        {"blockwork:failure-chain": "Test/Orders"},
        {"blockwork:failure-chain": "returns of goods"},
    ]


def test_a_bus_says_it_too(stack: Stack) -> None:
    EventBus(stack, "Bus", known_as="shop")

    assert tags(stack, BUS) == [{"blockwork:event-bus": "shop"}]


def test_whatever_stage_and_nested_stack_it_is_in() -> None:
    app = App(analytics_reporting=False, builtin_cloud_formation_validation=False)
    inner = NestedStack(Stack(Stage(app, "Blue"), "Shop"), "Inner, the 2nd")
    FailureChain(inner, "Failures")

    assert tags(inner, QUEUE) == [{"blockwork:failure-chain": "Blue/Shop/Inner- the 2nd/Failures"}]


def test_a_long_path_is_known_by_its_end(stack: Stack) -> None:
    FailureChain(stack, "x" * 200)

    assert tags(stack, QUEUE) == [{"blockwork:failure-chain": "x" * 128}]


@pytest.mark.parametrize("name", ["", " ", "a:b", "all*", "x" * 129])
def test_what_aws_would_refuse_as_a_tag_is_refused(stack: Stack, name: str) -> None:
    with pytest.raises(ValueError, match=r"known_as must be 1 to 128.*\(at Test/Failures\)"):
        FailureChain(stack, "Failures", known_as=name)
