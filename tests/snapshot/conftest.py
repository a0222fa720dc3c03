"""Every stage's templates, synthesised once for all tests of them."""

import json
import os
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
def all_assemblies() -> tuple[Path, ...]:
    """Synthesise every stage; assemblies in the folder ASSEMBLIES stand in for their stages."""
    built = os.environ.get("ASSEMBLIES")
    return (Path(platform_app().synth().directory), *(Path(built).iterdir() if built else ()))


@cache
def all_templates() -> dict[str, Template]:
    templates: dict[str, Template] = {}
    for assembly in all_assemblies():
        templates |= read_templates(str(assembly))
    for template in templates.values():
        for resource in template["Resources"].values():
            resource.pop("Metadata", None)  # where a construct stands, which only the CLI adds
    return templates


@pytest.fixture(scope="session")
def assemblies() -> dict[str, Path]:
    """Return the assembly's folder by stack name: its assets, its manifest."""
    return {stack: folder for folder in all_assemblies() for stack in read_templates(str(folder))}


@pytest.fixture(scope="session")
def templates() -> dict[str, Template]:
    return all_templates()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes a `stack_name` for every stack of every stage: none is forgotten."""
    if "stack_name" in metafunc.fixturenames:
        metafunc.parametrize("stack_name", sorted(all_templates()))
