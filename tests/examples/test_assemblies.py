"""Another team's apps, synthesised where the wheel is installed and the repository is not."""

import json
from typing import Any

import pytest

from tests.examples.team import Team, must

# aws_cdk has its own types and takes mypy most of a minute to read.
WITHOUT_READING_THE_CDK = (
    "[mypy]\nstrict = true\nmypy_path = src\nexplicit_package_bases = true\n"
    "[mypy-aws_cdk.*]\nfollow_imports = skip\n"
)

Resources = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def resources(orders: Team) -> Resources:
    """Return what the orders' `app.py` synthesises into."""
    assert json.loads((orders.folder / "cdk.json").read_text())["app"] == "python3 app.py"
    template = json.loads((orders.assembly / "Orders.template.json").read_text())
    return dict(template["Resources"])


def the(resources: Resources, kind: str) -> tuple[str, dict[str, Any]]:
    """Return the only resource of a kind: its logical id and its properties."""
    (found,) = ((key, item) for key, item in resources.items() if item["Type"] == kind)
    return found[0], found[1].get("Properties", {})


def test_its_route_is_answered_by_its_function(resources: Resources) -> None:
    _, route = the(resources, "AWS::ApiGatewayV2::Route")

    assert route["RouteKey"] == "POST /orders"


def test_its_function_may_put_events_on_the_bus_that_exists(resources: Resources) -> None:
    allowed = [
        json.dumps(statement["Resource"])
        for resource in resources.values()
        if resource["Type"] == "AWS::IAM::Policy"
        for statement in resource["Properties"]["PolicyDocument"]["Statement"]
        if statement["Action"] == "events:PutEvents"
    ]

    assert [resource.endswith(':event-bus/shop"]]}') for resource in allowed] == [True]


def test_what_fails_at_any_step_ends_in_its_failure_chain(resources: Resources) -> None:
    topics = [key for key, item in resources.items() if item["Type"] == "AWS::SNS::Topic"]
    (topic,) = (key for key in topics if key.startswith("Failures"))
    queue, _ = the(resources, "AWS::SQS::Queue")
    _, rule = the(resources, "AWS::Events::Rule")
    destinations = [
        resource["Properties"]["DestinationConfig"]["OnFailure"]["Destination"]
        for resource in resources.values()
        if resource["Type"] in ("AWS::Lambda::EventInvokeConfig", "AWS::Lambda::EventSourceMapping")
        and "DestinationConfig" in resource["Properties"]
    ]

    assert destinations == [{"Ref": topic}] * 3  # an event, and two streams
    assert rule["Targets"][0]["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": [queue, "Arn"]}}


def test_the_librarys_checks_find_nothing_in_it(orders: Team, files: Team, site: Team) -> None:
    program = (
        "from pathlib import Path; from constructs_lib.checks import *;"
        "print(check_deliveries(Path('cdk.out')), check_queues(Path('cdk.out')))"
    )

    for team in (orders, files, site):
        assert team.assembly.is_dir()
        assert must(team.run(team.python, "-c", program)).strip() == "[] []", team.name


def test_it_uses_the_installed_library(orders: Team, files: Team, site: Team) -> None:
    for team in (orders, files, site):
        where = must(
            team.run(team.python, "-c", "import constructs_lib; print(constructs_lib.__file__)")
        )
        assert where.startswith(str(team.folder / ".venv"))
