"""Where the asynchronous invocations of a function end that failed for the last time."""

from typing import Any, cast
from weakref import WeakKeyDictionary

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_

from constructs_lib.asked_once import node_of, stack_of
from constructs_lib.blocks.failure_chain import FailureChain
from constructs_lib.interfaces import AnyFunction
from constructs_lib.primitives.l2_options import (
    refuse_outside,
    refuse_time_outside,
    whole_seconds_of,
)
from constructs_lib.primitives.service_function import LONGEST_EVENT_AGE, ServiceFunction

ONE_HOUR = Duration.hours(1)
_settled_by_blocks: WeakKeyDictionary[AnyFunction, dict[str, Any]] = WeakKeyDictionary()
"""What functions of this library were told here: it is an override, which cannot be read back."""


def keep_last_failures(
    function: AnyFunction,
    failures: FailureChain,
    *,
    retry_attempts: int = 2,
    max_event_age: Duration = ONE_HOUR,
    at: str,
) -> None:
    """Let what a function failed at for the last time end in the failure chain.

    Lambda has one such setting for each function, whoever invokes it (AWS Lambda, "Configuring
    error handling settings for asynchronous invocation"): two blocks may share it, not overwrite
    each other's.

    :param retry_attempts: how often a failed invocation is tried again, 0 to 2.
    :param max_event_age: how long an event may wait for its invocation, 1 minute to 6 hours.
    :param at: the path of the block that asks.
    :raises ValueError: if a number is out of Lambda's bounds, or the function has other settings or
        was imported without its role.
    """
    refuse_outside("retry_attempts", retry_attempts, 0, 2, "", at)
    refuse_time_outside("max_event_age", max_event_age, 60, LONGEST_EVENT_AGE, at)
    check_role(function, at=at)
    wanted = {
        "ends in": stack_of(function).resolve(failures.topic.topic_arn),
        "retry_attempts": retry_attempts,
        "max_event_age in seconds": whole_seconds_of(max_event_age),
    }
    settled = _settled(function)
    if settled is None:
        function.configure_async_invoke(
            on_failure=cast(lambda_.IDestination, failures.destination()),
            retry_attempts=retry_attempts,
            max_event_age=max_event_age,
        )
    elif isinstance(function, ServiceFunction) and settled["ends in"] is None:
        function.send_failures_to(
            cast(lambda_.IDestination, failures.destination()),
            retry_attempts=retry_attempts,
            max_event_age=max_event_age,
        )
        _settled_by_blocks[function] = wanted
    elif settled != wanted:
        raise ValueError(
            f"function must have one setting for all that invokes it asynchronously, which is "
            f"{settled} at {function.node.path}, got {wanted}: give its other blocks the same "
            f"failures, retry_attempts and max_event_age, leave its own settings to the block, or "
            f"let each block have a function of its own (at {at})"
        )


def check_role(function: AnyFunction, *, at: str) -> None:
    """Refuse a function that cannot be allowed to send what it fails at to a failure chain.

    :param at: the path of the block that asks.
    :raises ValueError: if it was imported without its role.
    """
    if not isinstance(function, ServiceFunction) and function.role is None:
        raise ValueError(
            "function must be imported with its role, which is allowed to send what fails to the "
            "failure chain: lambda_.Function.from_function_attributes(…, function_arn=…, role=…, "
            "same_environment=True), "
            f"got {function.node.path} without (at {at})"
        )


def _settled(function: AnyFunction) -> dict[str, Any] | None:
    if function in _settled_by_blocks:
        return _settled_by_blocks[function]
    made = node_of(function).try_find_child("EventInvokeConfig")
    if made is None:
        return None
    config = cast(lambda_.CfnEventInvokeConfig, made.node.default_child)
    destinations = stack_of(function).resolve(config.destination_config) or {}
    return {
        "ends in": destinations.get("onFailure", {}).get("destination"),
        "retry_attempts": config.maximum_retry_attempts,
        "max_event_age in seconds": config.maximum_event_age_in_seconds,
    }
