import pytest
from aws_cdk import Duration, Stack
from aws_cdk.assertions import Template

from constructs_lib.blocks import FailureChain, QueueConsumer
from constructs_lib.primitives import PythonFunction, Queue
from tests.unit.constructs_lib.blocks.function_of import environment


def test_a_queue_is_worked_off_message_by_message(
    stack: Stack, failures: FailureChain, function: PythonFunction
) -> None:
    queue = Queue(
        stack,
        "Work",
        visibility_timeout=Duration.minutes(1),
        dead_letter_queue=failures.dead_letter_queue(),
    )

    QueueConsumer(
        stack, "Working", queue=queue, function=function, failures=failures, max_concurrency=5
    )

    Template.from_stack(stack).has_resource_properties(
        "AWS::Lambda::EventSourceMapping",
        {
            "EventSourceArn": stack.resolve(queue.queue_arn),
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "ScalingConfig": {"MaximumConcurrency": 5},
        },
    )
    assert environment(stack)["PATIENCE_SECONDS"] == "300"


def test_a_message_that_is_never_done_is_moved_to_the_failure_chain(
    stack: Stack, failures: FailureChain
) -> None:
    Queue(stack, "Work", dead_letter_queue=failures.dead_letter_queue())

    Template.from_stack(stack).has_resource_properties(
        "AWS::SQS::Queue",
        {
            "RedrivePolicy": {
                "deadLetterTargetArn": stack.resolve(failures.queue.queue_arn),
                "maxReceiveCount": 5,
            }
        },
    )


def test_a_queue_that_would_lose_what_is_never_done_is_refused(
    stack: Stack, failures: FailureChain, function: PythonFunction
) -> None:
    with pytest.raises(ValueError, match=r"dead_letter_queue\(\), got Test/Work without one"):
        QueueConsumer(
            stack, "Working", queue=Queue(stack, "Work"), function=function, failures=failures
        )
