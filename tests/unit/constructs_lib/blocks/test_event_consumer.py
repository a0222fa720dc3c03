from typing import Any

import pytest
from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events

from constructs_lib.blocks import EventConsumer, FailureChain, IdempotencyTable
from constructs_lib.primitives import PythonFunction, PythonService


def consume(
    stack: Stack, service: PythonService, entry: str, *, seconds: int, retries: int
) -> None:
    EventConsumer(
        stack,
        "On",
        bus=events.EventBus.from_event_bus_name(stack, "Bus", "default"),
        pattern=events.EventPattern(source=["aws.s3"]),
        function=PythonFunction(
            stack, "Read", service=service, entry=entry, timeout=Duration.seconds(seconds)
        ),
        failures=FailureChain(stack, "Failures"),
        once=IdempotencyTable(stack, "Once"),
        retry_attempts=retries,
    )


def test_a_function_that_would_remember_nothing_is_refused(
    stack: Stack, function: PythonFunction
) -> None:
    once = IdempotencyTable(stack, "Once")

    with pytest.raises(
        ValueError, match=r"reads IDEMPOTENCY_TABLE, got Test/Ship of orders.place_order.*Test/Once"
    ):
        once.let_remember(function)


@pytest.mark.parametrize(("retries", "longest"), [(0, 900), (1, 59), (2, 179)])
def test_a_lock_that_ends_before_the_last_retry_is_fine(
    stack: Stack, service: PythonService, rememberer: str, retries: int, longest: int
) -> None:
    consume(stack, service, rememberer, seconds=longest, retries=retries)


@pytest.mark.parametrize(("retries", "least"), [(1, 60), (2, 180)])
def test_a_lock_that_outlasts_every_retry_of_a_killed_function_is_refused(
    stack: Stack, service: PythonService, rememberer: str, retries: int, least: int
) -> None:
    with pytest.raises(ValueError, match=rf"less than {least} seconds.*\(at Test/On\)"):
        consume(stack, service, rememberer, seconds=least, retries=retries)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"retry_attempts": 3}, "retry_attempts must be between 0 and 2, got 3"),
        ({"max_event_age": Duration.hours(7)}, "max_event_age must be between 1 minute and 6 ho"),
    ],
)
def test_retries_that_lambda_would_refuse_are_refused(
    failures: FailureChain, function: PythonFunction, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        function.send_failures_to(failures.destination(), **arguments)
