"""What blocks are given: somewhere for failures to go, and a function that takes the work."""

import pytest
from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_

from constructs_lib.blocks import FailureChain
from constructs_lib.primitives import PythonFunction, PythonService, Queue


@pytest.fixture
def failures(stack: Stack) -> FailureChain:
    return FailureChain(stack, "Failures")


@pytest.fixture
def function(stack: Stack, service: PythonService) -> PythonFunction:
    return PythonFunction(stack, "Ship", service=service, entry="place_order")


@pytest.fixture
def rememberer(service: PythonService) -> str:
    """The entry of a function whose code, not the entry itself, reads where to remember."""
    package = service.source / service.name
    (package / "remembering.py").write_text("TABLE = 'IDEMPOTENCY_TABLE'\n")
    (package / "ship_once.py").write_text(
        "from orders import remembering\n\n\ndef handler(event, context): ...\n"
    )
    return "ship_once"


@pytest.fixture
def plain(stack: Stack) -> lambda_.Function:
    """A function of another team: another runtime, nothing of the kit in it."""
    return lambda_.Function(
        stack,
        "Plain",
        runtime=lambda_.Runtime.NODEJS_22_X,
        handler="index.handler",
        code=lambda_.Code.from_inline("exports.handler = async () => {}"),
    )


@pytest.fixture
def imported(stack: Stack) -> lambda_.IFunction:
    return lambda_.Function.from_function_attributes(
        stack,
        "Imported",
        function_arn="arn:aws:lambda:eu-west-1:123456789012:function:theirs",
        role=iam.Role.from_role_arn(stack, "TheirRole", "arn:aws:iam::123456789012:role/theirs"),
        same_environment=True,
    )


@pytest.fixture
def work(stack: Stack, failures: FailureChain) -> Queue:
    """Return a queue whose dead letters go to the chain."""
    return Queue(stack, "Work", dead_letter_queue=failures.dead_letter_queue())
