from aws_cdk import Stack, TimeZone
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
