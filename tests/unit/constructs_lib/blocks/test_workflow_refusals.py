"""What Step Functions would refuse of a workflow, or never end, is refused at synthesis."""

from typing import Any

import pytest
from aws_cdk import Duration, Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks

from constructs_lib.blocks import FailureChain, Workflow
from tests.unit.constructs_lib.blocks.test_workflow import DAY, EXPRESS, done


def waits(stack: Stack, plain: lambda_.Function, **options: Any) -> tasks.LambdaInvoke:
    return tasks.LambdaInvoke.jsonata(
        stack,
        "Wait",
        lambda_function=plain,
        payload=sfn.TaskInput.from_object({"token": "{% $states.context.Task.Token %}"}),
        integration_pattern=sfn.IntegrationPattern.WAIT_FOR_TASK_TOKEN,
        **options,
    )


def in_a_map(state: sfn.State) -> sfn.Map:
    return sfn.Map.jsonata(Stack.of(state), "Each").item_processor(state)


def test_what_step_functions_would_refuse_or_never_end_is_refused_here(
    stack: Stack, failures: FailureChain, plain: lambda_.Function
) -> None:
    said = sfn.Condition.string_equals("$.x", "y")
    hour = sfn.Timeout.duration(Duration.hours(1))
    cases: list[tuple[Any, str, dict[str, Any]]] = [
        (
            lambda at: sfn.Pass(at, "Old", result_path="$.x"),
            r"state 'Old' must be JSONata as the workflow is, got ResultPath.*\.jsonata",
            {},
        ),
        (
            lambda at: in_a_map(sfn.Wait(at, "Old", time=sfn.WaitTime.seconds_path("$.x"))),
            r"state 'Each/Old' must be JSONata.*got SecondsPath",
            {},
        ),
        (
            lambda at: sfn.Choice(at, "Old").when(said, done(at)),
            r"state 'Old' must be JSONata.*a choice without Condition",
            {},
        ),
        (
            lambda at: waits(at, plain),
            r"state 'Wait' must have a timeout or a heartbeat.*CallbackTask",
            {},
        ),
        (
            lambda at: waits(at, plain, task_timeout=hour),
            r"state 'Wait' must not wait for a task token.*standard",
            {"kind": EXPRESS, "failures": None, "timeout": Duration.minutes(1)},
        ),
        (
            lambda at: sfn.Pass.jsonata(at, "Large", outputs={"text": "x" * 1024 * 1024}),
            r"definition must have 1,048,576 bytes at most, got 1,048,\d+",
            {},
        ),
        (done, r"failures must be the service's FailureChain, got None", {"failures": None}),
        (
            done,
            r"failures must be left out for an express workflow.*got Test/Failures",
            {"kind": EXPRESS, "timeout": Duration.minutes(1)},
        ),
        (done, r"timeout must be between 1 second and 5 minutes", {"kind": EXPRESS}),
        (done, r"timeout must be between 1 second and 365 days", {"timeout": Duration.days(366)}),
    ]
    for number, (build, says, options) in enumerate(cases):
        place = Stack(stack, f"Case{number}")
        arguments: dict[str, Any] = {"timeout": DAY, "failures": failures, **options}

        with pytest.raises(ValueError, match=rf"{says}.*\(at Test/Case{number}/Fulfil\)"):
            Workflow(place, "Fulfil", definition=build(place), **arguments)
