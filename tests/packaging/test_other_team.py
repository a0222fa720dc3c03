"""Another team's app: the wheel is installed, the repository is not there."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.packaging.conftest import run

# aws_cdk has its own types and takes mypy most of a minute to read.
WITHOUT_READING_THE_CDK = "[mypy]\nstrict = true\n[mypy-aws_cdk.*]\nfollow_imports = skip\n"

Resources = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def resources(other_team: Path) -> Resources:
    """Return what the example's `app.py` synthesises into."""
    settings = json.loads((other_team / "cdk.json").read_text())
    assert settings["app"] == "python3 app.py"
    assembly = other_team / "cdk.out"
    app = run(
        "env", f"CDK_OUTDIR={assembly}", other_team / ".venv/bin/python", "app.py", cwd=other_team
    )
    assert app.returncode == 0, app.stderr
    template = json.loads((assembly / "Orders.template.json").read_text())
    return dict(template["Resources"])


def the(resources: Resources, kind: str) -> tuple[str, dict[str, Any]]:
    """Return the only resource of a kind: its logical id and its properties."""
    (found,) = ((key, item) for key, item in resources.items() if item["Type"] == kind)
    return found[0], found[1].get("Properties", {})


def test_its_route_is_answered_by_its_function(resources: Resources) -> None:
    _, route = the(resources, "AWS::ApiGatewayV2::Route")

    assert route["RouteKey"] == "POST /orders"


def test_its_function_may_put_events_on_its_bus(resources: Resources) -> None:
    bus, _ = the(resources, "AWS::Events::EventBus")
    actions = [
        (statement["Action"], statement["Resource"])
        for resource in resources.values()
        if resource["Type"] == "AWS::IAM::Policy"
        for statement in resource["Properties"]["PolicyDocument"]["Statement"]
    ]

    assert ("events:PutEvents", {"Fn::GetAtt": [bus, "Arn"]}) in actions


def test_what_fails_at_any_step_ends_in_its_failure_chain(resources: Resources) -> None:
    topics = [key for key, item in resources.items() if item["Type"] == "AWS::SNS::Topic"]
    (topic,) = (key for key in topics if key.startswith("Failures"))
    queue, _ = the(resources, "AWS::SQS::Queue")
    _, rule = the(resources, "AWS::Events::Rule")
    destinations = [
        resource["Properties"]["DestinationConfig"]["OnFailure"]["Destination"]
        for resource in resources.values()
        if resource["Type"] == "AWS::Lambda::EventInvokeConfig"
        and "DestinationConfig" in resource["Properties"]
    ]

    assert destinations == [{"Ref": topic}]
    assert rule["Targets"][0]["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": [queue, "Arn"]}}


def test_the_librarys_checks_find_nothing_in_it(resources: Resources, other_team: Path) -> None:
    program = (
        "from pathlib import Path; from constructs_lib.checks import *;"
        "print(check_deliveries(Path('cdk.out')), check_queues(Path('cdk.out')))"
    )

    found = run(other_team / ".venv/bin/python", "-c", program, cwd=other_team)

    assert resources
    assert found.stdout.strip() == "[] []", found.stderr


def test_it_uses_the_installed_library(other_team: Path) -> None:
    where = run(
        other_team / ".venv/bin/python",
        "-c",
        "import constructs_lib; print(constructs_lib.__file__)",
        cwd=other_team,
    )

    assert where.stdout.startswith(str(other_team / ".venv")), where.stderr


@pytest.mark.parametrize(
    ("call", "verdict"),
    [
        ('FailureChain(scope, "Failures").metric_failures()', "Success: no issues found"),
        ('FailureChain(scope, "Failures", retention_days=3)', "Unexpected keyword argument"),
    ],
)
def test_its_type_checker_knows_the_blocks(other_team: Path, call: str, verdict: str) -> None:
    (other_team / "mypy.ini").write_text(WITHOUT_READING_THE_CDK)
    consumer = (
        "from constructs import Construct\n\nfrom constructs_lib.blocks import FailureChain\n"
    )
    (other_team / "consumer.py").write_text(
        f"{consumer}\n\ndef build(scope: Construct) -> object:\n    return {call}\n"
    )

    result = run(
        sys.executable,
        "-m",
        "mypy",
        "--python-executable=.venv/bin/python",
        f"--cache-dir={os.devnull}",
        "consumer.py",
        cwd=other_team,
    )

    assert verdict in result.stdout, result.stdout + result.stderr
