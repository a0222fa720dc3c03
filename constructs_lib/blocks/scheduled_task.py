"""Work that is done at a time of day, wherever that day is."""

import re
from typing import cast

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from constructs import Construct

from constructs_lib.acknowledge import acknowledge_wildcard
from constructs_lib.blocks.failure_chain import FailureChain
from constructs_lib.blocks.last_failures import ONE_HOUR, keep_last_failures
from constructs_lib.primitives.interfaces import Role, ServicePrincipal

QUARTER_OF_AN_HOUR = Duration.minutes(15)
LONGEST_WINDOW = Duration.hours(24)
RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
MINUTES = {"minute": 1, "hour": 60, "day": 24 * 60}
OFTEN = re.compile(r"cron\((?!\d+ )")
"""A minute that is not one number comes several times an hour (EventBridge Scheduler, cron)."""


class ScheduledTask(Construct):
    """A function that EventBridge Scheduler invokes, in a time zone, within a window.

    The function is told the run's `id` and the `time` it was meant for, which stay the same when
    the run is tried again. What cannot be invoked, or fails for the last time, ends in the failure
    chain::

        ScheduledTask(
            self, "Nightly", function=fetch, failures=failures,
            at=scheduler.ScheduleExpression.cron(
                hour="2", minute="0", time_zone=TimeZone.of("Europe/London")
            ),
        )

    :param function: what works, in any language, an imported one with its role; it fails where it
        raises. Lambda has one setting of retries for each function, which its blocks share.
    :param failures: where a failed run ends.
    :param at: when; give a time zone, which also knows daylight saving.
    :param window: how much later it may start, so that not everything starts at once, 1 minute to
        24 hours and not longer than a rate's interval; `Duration.minutes(0)` starts it exactly.
        Default: 15 minutes, but exactly for what may run more often than every 15 minutes: a
        shorter rate, a cron expression whose minute is not one number.
    :raises ValueError: if the window is out of its bounds, or the function was imported without its
        role or sends its failures elsewhere.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        function: lambda_.IFunction,
        failures: FailureChain,
        at: scheduler.ScheduleExpression,
        window: Duration | None = None,
    ) -> None:
        super().__init__(scope, id_)
        keep_last_failures(function, failures, at=self.node.path)
        role = Role(self, "Role", assumed_by=ServicePrincipal("scheduler.amazonaws.com"))
        acknowledge_wildcard(
            role, f"{function.function_arn}:*", why="versions of this one function"
        )
        failures.grant_key(role)
        self.schedule = scheduler.Schedule(
            self,
            "Schedule",
            schedule=at,
            time_window=_time_window(at.expression_string, window, at=self.node.path),
            target=cast(
                scheduler.IScheduleTarget,
                targets.LambdaInvoke(
                    function,
                    dead_letter_queue=failures.queue,
                    max_event_age=ONE_HOUR,
                    role=role,
                    input=scheduler.ScheduleTargetInput.from_object(
                        {
                            "id": scheduler.ContextAttribute.execution_id,
                            "time": scheduler.ContextAttribute.scheduled_time,
                        }
                    ),
                ),
            ),
        )


def _time_window(expression: str, window: Duration | None, *, at: str) -> scheduler.TimeWindow:
    rate = RATE.fullmatch(expression)
    interval = int(rate[1]) * MINUTES[rate[2]] if rate else None
    if window is None:
        quarter = QUARTER_OF_AN_HOUR.to_minutes()
        often = OFTEN.match(expression) if interval is None else interval < quarter
        window = Duration.minutes(0) if often else QUARTER_OF_AN_HOUR
    if window.to_seconds() == 0:
        return scheduler.TimeWindow.off()
    if not 60 <= window.to_seconds() <= LONGEST_WINDOW.to_seconds():
        raise ValueError(
            "window must be between 1 minute and 24 hours, or 0 for exactly, "
            f"got {window.to_human_string()} (at {at})"
        )
    if interval is not None and window.to_seconds() > interval * 60:
        raise ValueError(
            f"window must not be longer than the interval of {expression}, or a run may start after"
            f" the next one, got {window.to_human_string()}: make it shorter, or "
            f"Duration.minutes(0) for exactly (at {at})"
        )
    return scheduler.TimeWindow.flexible(window)
