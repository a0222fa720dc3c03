"""What blocks are given: somewhere for failures to go, and a function that takes the work."""

import pytest
from aws_cdk import Stack

from constructs_lib.blocks import FailureChain
from constructs_lib.primitives import PythonFunction, PythonService


@pytest.fixture
def failures(stack: Stack) -> FailureChain:
    return FailureChain(stack, "Failures")


@pytest.fixture
def function(stack: Stack, service: PythonService) -> PythonFunction:
    return PythonFunction(stack, "Ship", service=service, entry="place_order")
