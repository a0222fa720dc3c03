"""Every stage's templates, as the test kit synthesises them once for all tests."""

import json
from pathlib import Path

import pytest
from aws_cdk import App

from app import build_app
from blockwork.testing import SynthesisedApp, SynthesisedStack
from blockwork.testing.synthesis import Template

ROOT = Path(__file__).parent.parent.parent


def platform_app(**context: object) -> App:
    """Return the app as the CDK CLI would have it built, checks left to those who ask for them."""
    settings = json.loads((ROOT / "cdk.json").read_text())["context"]
    return build_app(context={**settings, **context}, validate=False)


@pytest.fixture(scope="session")
def templates(synthesised_app: SynthesisedApp) -> dict[str, Template]:
    return {name: stack.template for name, stack in synthesised_app.stacks.items()}


@pytest.fixture
def stack_name(synthesised_stack: SynthesisedStack) -> str:
    """Run a test for every stack of every stage."""
    return synthesised_stack.name
