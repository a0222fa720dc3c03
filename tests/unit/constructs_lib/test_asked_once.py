"""What is remembered of constructs is what the CDK says of them."""

import pytest
from aws_cdk import App, Aws, CfnParameter, Duration, Fn, Stack, Stage, Token
from aws_cdk import aws_events as events
from constructs import Construct

from constructs_lib.asked_once import home_of, is_unresolved, made_in, path_of, stack_of
from constructs_lib.primitives.l2_options import seconds_of, whole_seconds_of


@pytest.mark.parametrize("id_", ["Orders", "a/b", "GET /orders"])
def test_where_a_construct_is_made_is_where_the_cdk_says_that_it_is(id_: str) -> None:
    app = App()
    stack = Stack(Stage(app, "Stage"), "Stack")
    scopes = [stack, Construct(stack, "Around"), Construct(Stack(app, "Flat"), "Around")]

    for scope in scopes:
        made = Construct(scope, id_)
        made_in(scope, id_, made)

        assert path_of(made) == made.node.path
        assert stack_of(made) is Stack.of(made)
    of_the_app = Construct(app, id_)
    made_in(app, id_, of_the_app)
    assert path_of(of_the_app) == of_the_app.node.path
    with pytest.raises(RuntimeError):
        stack_of(of_the_app)


def test_a_stack_within_a_stack_is_its_own() -> None:
    outer = Stack(App(), "Outer")
    inner = Stack(outer, "Inner")

    assert stack_of(inner) is inner


def test_a_home_is_a_stacks_or_the_one_that_a_resource_was_imported_from() -> None:
    stack = Stack(App(), "Stack")
    other = "arn:aws:events:eu-west-1:222222222222:event-bus/theirs"
    bus = events.EventBus.from_event_bus_arn(stack, "Theirs", other)

    assert home_of(stack) == (stack.account, stack.region)
    assert home_of(bus) == home_of(bus) == ("222222222222", "eu-west-1")


def test_a_text_is_unresolved_where_the_cdk_says_so() -> None:
    parameter = CfnParameter(Stack(App(), "Stack"), "Parameter")
    texts = ["", "shop.orders", "${Token[", "${AWS::Region}", Aws.REGION, Fn.ref("A"), "a#{b}"]
    texts += [parameter.value_as_string, f"before {parameter.value_as_string} after"]

    assert [is_unresolved(text) for text in texts] == [Token.is_unresolved(text) for text in texts]


def test_a_time_is_as_long_as_the_cdk_says() -> None:
    parameter = CfnParameter(Stack(App(), "Stack"), "Parameter", type="Number")
    later = Duration.seconds(parameter.value_as_number)

    assert [seconds_of(time) for time in (Duration.hours(1), Duration.millis(1500))] == [3600, 1.5]
    assert seconds_of(later) is None
    assert whole_seconds_of(Duration.hours(1)) == 3600
    assert Token.is_unresolved(whole_seconds_of(later))
    with pytest.raises(RuntimeError):
        whole_seconds_of(Duration.millis(1500))
