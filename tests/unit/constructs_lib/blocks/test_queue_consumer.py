from typing import Any

import pytest
from aws_cdk import Duration, Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from aws_cdk.assertions import Match, Template

from constructs_lib.blocks import FailureChain, QueueConsumer
from constructs_lib.primitives import PythonFunction, Queue
from tests.unit.constructs_lib.blocks.function_of import environment

THEIRS = "arn:aws:sqs:eu-west-1:123456789012:theirs"
MAPPING = "AWS::Lambda::EventSourceMapping"


@pytest.fixture
def queue(stack: Stack, failures: FailureChain) -> Queue:
    return Queue(
        stack,
        "Work",
        visibility_timeout=Duration.minutes(1),
        dead_letter_queue=failures.dead_letter_queue(),
    )


def test_a_queue_is_worked_off_message_by_message(
    stack: Stack, failures: FailureChain, function: PythonFunction, queue: Queue
) -> None:
    QueueConsumer(
        stack,
        "Working",
        queue=queue,
        function=function,
        failures=failures,
        max_concurrency=5,
        parks_after=Duration.minutes(5),
    )

    Template.from_stack(stack).has_resource_properties(
        MAPPING,
        {
            "EventSourceArn": stack.resolve(queue.queue_arn),
            "BatchSize": 10,
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "ScalingConfig": {"MaximumConcurrency": 5},
        },
    )
    assert environment(stack)["PATIENCE_SECONDS"] == "300"


def test_a_plain_function_gets_one_message_at_a_time_and_is_told_nothing(
    stack: Stack, failures: FailureChain, plain: lambda_.Function, queue: Queue
) -> None:
    QueueConsumer(stack, "Working", queue=queue, function=plain, failures=failures)

    template = Template.from_stack(stack)
    template.has_resource_properties(
        MAPPING, {"BatchSize": 1, "FunctionResponseTypes": ["ReportBatchItemFailures"]}
    )
    template.has_resource_properties("AWS::Lambda::Function", {"Environment": Match.absent()})


def test_a_message_that_is_never_done_is_moved_to_the_failure_chain(
    stack: Stack, failures: FailureChain, queue: Queue
) -> None:
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
    with pytest.raises(ValueError, match=r"dead_letter_queue\(\), got Test/Bare without one"):
        QueueConsumer(
            stack,
            "Working",
            queue=Queue(stack, "Bare"),
            function=function,
            failures=failures,
            dead_letters_elsewhere=True,
        )


@pytest.mark.parametrize(
    ("said", "refused"), [({}, True), ({"dead_letters_elsewhere": True}, False)]
)
def test_a_queue_whose_dead_letters_go_elsewhere_says_so(
    stack: Stack,
    failures: FailureChain,
    plain: lambda_.Function,
    said: dict[str, Any],
    refused: bool,
) -> None:
    elsewhere = sqs.DeadLetterQueue(queue=Queue(stack, "Elsewhere"), max_receive_count=5)
    queues = {
        "which cannot be seen of an imported one, got Test/Theirs": sqs.Queue.from_queue_arn(
            stack, "Theirs", THEIRS
        ),
        "got Test/Work, which moves it to Test/Elsewhere": Queue(
            stack, "Work", dead_letter_queue=elsewhere
        ),
    }

    for number, (message, queue) in enumerate(queues.items()):
        arguments: dict[str, Any] = {"queue": queue, "function": plain, "failures": failures}
        if refused:
            with pytest.raises(ValueError, match=rf"{message}.*\(at Test/Working{number}\)"):
                QueueConsumer(stack, f"Working{number}", **arguments, **said)
        else:
            QueueConsumer(stack, f"Working{number}", **arguments, **said)
    assert len(Template.from_stack(stack).find_resources(MAPPING)) == (0 if refused else 2)


def test_an_imported_function_works_off_a_queue_but_cannot_be_told_to_park(
    stack: Stack, failures: FailureChain, imported: lambda_.IFunction, queue: Queue
) -> None:
    QueueConsumer(stack, "Working", queue=queue, function=imported, failures=failures)

    Template.from_stack(stack).has_resource_properties(
        MAPPING, {"FunctionName": Match.string_like_regexp("theirs")}
    )
    with pytest.raises(ValueError, match="leave parks_after out"):
        failures.let_park(imported, patience=Duration.minutes(5))


@pytest.mark.parametrize(("hides", "runs"), [(59, 60), (None, 31), (2, None)])
def test_a_queue_that_hands_a_message_out_again_too_early_is_refused(
    stack: Stack, failures: FailureChain, hides: int | None, runs: int | None
) -> None:
    queue = Queue(
        stack,
        "Work",
        visibility_timeout=None if hides is None else Duration.seconds(hides),
        dead_letter_queue=failures.dead_letter_queue(),
    )
    function = lambda_.Function(
        stack,
        "Slow",
        runtime=lambda_.Runtime.NODEJS_22_X,
        handler="index.handler",
        code=lambda_.Code.from_inline("exports.handler = async () => {}"),
        timeout=None if runs is None else Duration.seconds(runs),
    )
    message = rf"{runs or 3} seconds.*Test/Slow.*got Test/Work.*{hides or 30} .*{(runs or 3) * 6}.*"

    with pytest.raises(ValueError, match=rf"{message}\(at Test/Working\)"):
        QueueConsumer(stack, "Working", queue=queue, function=function, failures=failures)
