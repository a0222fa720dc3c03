"""Work that is done at a time of day, wherever that day is."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, TypedDict, cast

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from constructs_lib.acknowledge import acknowledge_wildcard
from constructs_lib.asked_once import made_in, path_of
from constructs_lib.blocks.failure_chain import FailureChain
from constructs_lib.blocks.last_failures import ONE_HOUR
from constructs_lib.blocks.takers import keep_what_fails
from constructs_lib.interfaces import AnyFunction, Role, ServicePrincipal, as_function

if TYPE_CHECKING:
    from collections.abc import Mapping

    # Loaded where there is a state machine only: it takes its time.
    from aws_cdk import aws_stepfunctions as sfn

QUARTER_OF_AN_HOUR = Duration.minutes(15)
LONGEST_WINDOW = Duration.hours(24)
RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
MINUTES = {"minute": 1, "hour": 60, "day": 24 * 60}
OFTEN = re.compile(r"cron\((?!\d+ )")
"""A minute that is not one number comes several times an hour (EventBridge Scheduler, cron)."""
ONCE = re.compile(r"at\(")
OF_THE_RUN = {
    "id": scheduler.ContextAttribute.execution_id,
    "time": scheduler.ContextAttribute.scheduled_time,
}


class ScheduledTask(Construct):
    """A function, a state machine or a queue that EventBridge Scheduler gives a run to.

    It is told the run's `id` and the `time` it was meant for, which stay the same when the run is
    tried again, and `input` beside them. What cannot be invoked, started or sent, or fails for the
    last time, ends in the failure chain::

        ScheduledTask(
            self, "Nightly", function=fetch, failures=failures, input={"depth": "full"},
            at=scheduler.ScheduleExpression.cron(
                hour="2", minute="0", time_zone=TimeZone.of("Europe/London")
            ),
        )

    :param function: what works, in any language, an imported one with its role; it fails where it
        raises. Lambda has one setting of retries for each function, which its blocks share. One of
        this, `state_machine` and `queue` is given.
    :param state_machine: what is started; a standard one, since nobody is told of failures of
        express ones. It ends in one failure chain.
    :param queue: where a message goes; not FIFO. Its dead-letter queue must be the chain's.
    :param failures: where a failed run ends.
    :param at: when; give a time zone, which also knows daylight saving.
    :param input: what it is told beside `id` and `time`, as JSON. Default: nothing.
    :param window: how much later it may start, so that not everything starts at once, 1 minute to
        24 hours and not longer than a rate's interval; `Duration.minutes(0)` starts it exactly.
        Default: 15 minutes, but exactly for what may run more often than every 15 minutes (a
        shorter rate, a cron expression whose minute is not one number), and for what runs once.
    :param dead_letters_elsewhere: see :class:`QueueConsumer`; for a queue.
    :raises ValueError: if it is not one of the three, or the chain cannot have what it fails at;
        the window is out of its bounds; `input` is no JSON or names what the run itself says.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        function: AnyFunction | None = None,
        state_machine: sfn.IStateMachine | None = None,
        queue: sqs.IQueue | None = None,
        failures: FailureChain,
        at: scheduler.ScheduleExpression,
        input: Mapping[str, Any] | None = None,  # noqa: A002 -- as Scheduler calls it
        window: Duration | None = None,
        dead_letters_elsewhere: bool = False,
    ) -> None:
        super().__init__(scope, id_)
        made_in(scope, id_, self)
        _check_input(input or {}, at=path_of(self))
        keep_what_fails(
            failures,
            function,
            state_machine,
            queue,
            dead_letters_elsewhere=dead_letters_elsewhere,
            at=path_of(self),
        )
        role = Role(self, "Role", assumed_by=ServicePrincipal("scheduler.amazonaws.com"))
        failures.grant_key(role)
        delivery: _Delivery = {
            "dead_letter_queue": failures.queue,
            "max_event_age": ONE_HOUR,
            "role": role,
            "input": scheduler.ScheduleTargetInput.from_object({**(input or {}), **OF_THE_RUN}),
        }
        target: object = None
        if function is not None:
            acknowledge_wildcard(
                role, f"{function.function_arn}:*", why="versions of this one function"
            )
            target = targets.LambdaInvoke(as_function(function), **delivery)
        elif state_machine is not None:
            target = targets.StepFunctionsStartExecution(state_machine, **delivery)
        elif queue is not None:
            target = targets.SqsSendMessage(queue, **delivery)
        self.schedule = scheduler.Schedule(
            self,
            "Schedule",
            schedule=at,
            time_window=_time_window(at.expression_string, window, at=path_of(self)),
            target=cast(scheduler.IScheduleTarget, target),
        )


class _Delivery(TypedDict):
    dead_letter_queue: sqs.IQueue
    max_event_age: Duration
    role: iam.IRole
    input: scheduler.ScheduleTargetInput


def _check_input(input_: Mapping[str, Any], *, at: str) -> None:
    if taken := sorted(OF_THE_RUN.keys() & input_.keys()):
        raise ValueError(
            f"input must not name {' or '.join(taken)}, which say of the run itself which it is, "
            f"got {dict(input_)!r} (at {at})"
        )
    try:
        json.dumps(dict(input_), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ValueError(f"input must be JSON, got {dict(input_)!r}: {error} (at {at})") from error


def _time_window(expression: str, window: Duration | None, *, at: str) -> scheduler.TimeWindow:
    rate = RATE.fullmatch(expression)
    interval = int(rate[1]) * MINUTES[rate[2]] if rate else None
    if window is None:
        quarter = QUARTER_OF_AN_HOUR.to_minutes()
        often = OFTEN.match(expression) if interval is None else interval < quarter
        exactly = often or ONCE.match(expression)
        window = Duration.minutes(0) if exactly else QUARTER_OF_AN_HOUR
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
