from datetime import UTC, datetime
from typing import Any

import pytest
from aws_cdk import Duration, Stack, TimeZone
from aws_cdk import aws_scheduler as scheduler
from aws_cdk.assertions import Match, Template

from constructs_lib.blocks import FailureChain, ScheduledTask
from constructs_lib.primitives import PythonFunction


def test_a_task_runs_at_a_time_of_its_own_zone_within_a_window(
    stack: Stack, failures: FailureChain, function: PythonFunction
) -> None:
    ScheduledTask(
        stack,
        "Nightly",
        function=function,
        failures=failures,
        at=scheduler.ScheduleExpression.cron(
            hour="2", minute="0", time_zone=TimeZone.of("Europe/London")
        ),
    )

    template = Template.from_stack(stack)
    template.has_resource_properties(
        "AWS::Scheduler::Schedule",
        {
            "ScheduleExpression": "cron(0 2 * * ? *)",
            "ScheduleExpressionTimezone": "Europe/London",
            "FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15},
            "Target": Match.object_like(
                {"DeadLetterConfig": {"Arn": stack.resolve(failures.queue.queue_arn)}}
            ),
        },
    )
    template.has_resource_properties(
        "AWS::Lambda::EventInvokeConfig",
        {"DestinationConfig": {"OnFailure": Match.any_value()}},
    )


def rate(minutes: int) -> scheduler.ScheduleExpression:
    return scheduler.ScheduleExpression.rate(Duration.minutes(minutes))


EVERY_FEW_MINUTES = scheduler.ScheduleExpression.cron(minute="0/5")
HOURLY = scheduler.ScheduleExpression.cron(minute="7")
ONCE = scheduler.ScheduleExpression.at(datetime(2030, 1, 1, tzinfo=UTC))
EXACTLY = {"Mode": "OFF"}


def within(minutes: int) -> dict[str, Any]:
    return {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": minutes}


@pytest.mark.parametrize(
    ("at", "arguments", "window"),
    [
        (rate(5), {}, EXACTLY),
        (rate(14), {}, EXACTLY),
        (rate(15), {}, within(15)),
        (rate(60), {}, within(15)),
        (rate(3 * 24 * 60), {}, within(15)),
        (EVERY_FEW_MINUTES, {}, EXACTLY),
        (scheduler.ScheduleExpression.cron(minute="*"), {}, EXACTLY),
        (HOURLY, {}, within(15)),
        (ONCE, {}, EXACTLY),
        (ONCE, {"window": Duration.minutes(5)}, within(5)),
        (HOURLY, {"window": Duration.minutes(0)}, EXACTLY),
        (rate(5), {"window": Duration.minutes(5)}, within(5)),
    ],
)
def test_a_task_that_runs_more_often_than_its_window_starts_exactly(
    stack: Stack,
    failures: FailureChain,
    function: PythonFunction,
    at: scheduler.ScheduleExpression,
    arguments: dict[str, Any],
    window: dict[str, Any],
) -> None:
    ScheduledTask(stack, "Task", function=function, failures=failures, at=at, **arguments)

    Template.from_stack(stack).has_resource_properties(
        "AWS::Scheduler::Schedule", {"FlexibleTimeWindow": window}
    )


@pytest.mark.parametrize(
    ("at", "window", "message"),
    [
        (rate(5), Duration.minutes(6), r"of rate\(5 minutes\).*got 6 minutes: make it shorter"),
        (HOURLY, Duration.seconds(30), "between 1 minute and 24 hours.*got 30 seconds"),
        (HOURLY, Duration.hours(25), "between 1 minute and 24 hours.*got 1 day"),
    ],
)
def test_a_window_that_lets_runs_overtake_each_other_is_refused(
    stack: Stack,
    failures: FailureChain,
    function: PythonFunction,
    at: scheduler.ScheduleExpression,
    window: Duration,
    message: str,
) -> None:
    with pytest.raises(ValueError, match=rf"{message}.*\(at Test/Task\)"):
        ScheduledTask(stack, "Task", function=function, failures=failures, at=at, window=window)
