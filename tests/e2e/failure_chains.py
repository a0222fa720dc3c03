"""What waits in the failure chains of the deployed platform, as an operator sees it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.e2e.conftest import aws, function_name, outputs, run_tool

REDRIVES = 5


def waiting(platform: dict[str, Any], stack: str) -> int:
    """Return how many messages are in a service's failure chain, in hands or not."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes = aws(platform, "sqs").get_queue_attributes(
        QueueUrl=outputs(platform, stack)["FailureQueueUrl"], AttributeNames=names
    )["Attributes"]
    return sum(int(attributes[name]) for name in names)


def failed_run(platform: dict[str, Any], service: str, run: str) -> bool:
    """Tell whether a run of a task is in a service's failure chain, whoever else is.

    Schedules run at their time of the day, whatever a test is doing then.
    """
    return f'"id": "{run}"' in run_tool(platform, "failures", "show", service).stdout


def assert_nothing_waits(platform: dict[str, Any], service: str) -> None:
    """Expect an empty failure chain; else say what is in it, and why."""
    if waiting(platform, f"Local-{service.capitalize()}"):
        pytest.fail(run_tool(platform, "failures", "show", service).stdout)


def redrive_all(platform: dict[str, Any], service: str) -> None:
    """Redrive as an operator does: again, while there is something that did not go well.

    An event that failed twice may be redriven twice at the same time; then one of both stays.
    """
    for _ in range(REDRIVES):
        redriven = run_tool(platform, "failures", "redrive", service)
        if waiting(platform, f"Local-{service.capitalize()}") == 0:
            return
    pytest.fail(redriven.stdout + redriven.stderr)


def alarm_state(platform: dict[str, Any], stack: str) -> str:
    alarms = aws(platform, "cloudwatch").describe_alarms(AlarmNamePrefix=f"{stack}-FailuresAlarm")
    (alarm,) = alarms["MetricAlarms"]
    return str(alarm["StateValue"])


@contextmanager
def configured(
    platform: dict[str, Any], stack: str, function: str, **variables: str
) -> Iterator[None]:
    """Let a function have other variables for a while."""
    functions = aws(platform, "lambda")
    name = function_name(platform, stack, function)
    before = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]

    def configure(variables: dict[str, str]) -> None:
        functions.update_function_configuration(
            FunctionName=name, Environment={"Variables": variables}
        )

    configure({**before, **variables})
    try:
        yield
    finally:
        configure(before)
