"""Every stage's templates, synthesised once for all tests of them."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App

from app import build_app

ROOT = Path(__file__).parent.parent.parent
Template = dict[str, Any]


def platform_app(**context: object) -> App:
    """Return the app as the CDK CLI would have it built, checks left to those who ask for them."""
    settings = json.loads((ROOT / "cdk.json").read_text())["context"]
    return build_app(context={**settings, **context}, validate=False)


def read_templates(folder: str) -> dict[str, Template]:
    """Return the templates of a cloud assembly by stack name."""
    files = Path(folder).glob("*.template.json")
    return {
        file.name.removesuffix(".template.json"): json.loads(file.read_text()) for file in files
    }


@cache
def all_templates() -> dict[str, Template]:
    return read_templates(platform_app().synth().directory)


@pytest.fixture(scope="session")
def templates() -> dict[str, Template]:
    return all_templates()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes a `stack_name` for every stack of every stage: none is forgotten."""
    if "stack_name" in metafunc.fixturenames:
        metafunc.parametrize("stack_name", sorted(all_templates()))
