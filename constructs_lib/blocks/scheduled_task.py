"""Work that is done at a time of day, wherever that day is."""

from typing import cast

from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from constructs import Construct

from constructs_lib.acknowledge import acknowledge
from constructs_lib.blocks.failure_chain import FailureChain
from constructs_lib.blocks.last_failures import ONE_HOUR, keep_last_failures

QUARTER_OF_AN_HOUR = Duration.minutes(15)


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
    :param window: how much later it may start, so that not everything starts at once. Default:
        15 minutes.
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
        window: Duration = QUARTER_OF_AN_HOUR,
    ) -> None:
        super().__init__(scope, id_)
        keep_last_failures(function, failures, at=self.node.path)
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("scheduler.amazonaws.com"))
        if isinstance(function, lambda_.Function):
            cfn_function = cast(lambda_.CfnFunction, function.node.default_child)
            arn = f"<{Stack.of(function).get_logical_id(cfn_function)}.Arn>"
            acknowledge(role, **{f"IAM5[Resource::{arn}:*]": "versions of this one function"})
        failures.grant_key(role)
        self.schedule = scheduler.Schedule(
            self,
            "Schedule",
            schedule=at,
            time_window=scheduler.TimeWindow.flexible(window),
            target=targets.LambdaInvoke(
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
        )
