"""A project of another team, in which the kit is run as that team runs it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.blockwork.testing.assemblies import function, write_asset, write_stack

TESTS = """
def test_template(stack_snapshot):
    stack_snapshot.check()

def test_rule(template_rule):
    template_rule.check()

def test_ids(pinned_ids):
    pinned_ids.check()

def test_environment(environment_contract):
    environment_contract.check()

def test_public(public_routes):
    assert public_routes == {"Prod-Shop": ["GET /products"]}
"""
APP = """
from pathlib import Path

def build():
    with open("builds", "a") as builds:
        print("built", file=builds)
    return Path("assembly").resolve()
"""
KEPT = {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}
TAKEN_BY_LAMBDA = {
    "Effect": "Allow",
    "Action": "sts:AssumeRole",
    "Principal": {"Service": "lambda.amazonaws.com"},
}
Run = Callable[..., pytest.RunResult]


@pytest.fixture
def project(pytester: pytest.Pytester) -> Path:
    """Return a project whose app writes `assembly`; nothing in it breaks a rule."""
    pytester.makepyfile(app_of_theirs=APP, test_app=TESTS)
    settings(pytester.path)
    write(pytester.path)
    return pytester.path


@pytest.fixture
def run(pytester: pytest.Pytester, project: Path) -> Run:
    """Run its tests, or those that are told."""

    def call(*arguments: str) -> pytest.RunResult:
        plugin = (
            "-p",
            "blockwork.pytest_plugin",
            "-p",
            "no:cacheprovider",
            "--snapshot-no-colors",
        )
        return pytester.runpytest_inprocess(*plugin, *arguments)

    return call


def settings(project: Path, more: str = "") -> None:
    """Write its `pyproject.toml`, with more in the table."""
    table = '[tool.blockwork.testing]\napp = "app_of_theirs:build"\n'
    (project / "pyproject.toml").write_text(f"[tool.pytest.ini_options]\n{table}{more}")


def write(
    project: Path,
    *,
    table: str = "Orders1A2B3C4D",
    code: str = "import os\nTABLE = os.environ['TABLE']\n",
    hash_: str = "a" * 64,
    authorized: bool = False,
    given: str = "TABLE",
) -> None:
    """Write its assembly: a table, a function, a public route."""
    folder = project / "assembly"
    key = write_asset(folder, hash_, {"place.py": code})
    place = function(key, **{given: table})
    place["Properties"]["LoggingConfig"] = {"LogGroup": {"Ref": "Logs"}}
    place["Properties"]["Role"] = {"Fn::GetAtt": ["Role", "Arn"]}
    writes = {
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": {"Fn::GetAtt": ["Logs", "Arn"]},
    }
    recovery = {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}
    route = {"ApiId": {"Ref": "Api"}, "RouteKey": "GET /products", "AuthorizationType": "NONE"}
    resources = {
        table: {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {"DeletionProtectionEnabled": True, **recovery},
            **KEPT,
        },
        "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 7}, **KEPT},
        "Place": place,
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": {"Statement": [TAKEN_BY_LAMBDA]},
                "Policies": [{"PolicyDocument": {"Statement": [writes]}}],
            },
        },
        "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "HTTP"}},
        "Route": {
            "Type": "AWS::ApiGatewayV2::Route",
            "Properties": {**route, "AuthorizationType": "JWT" if authorized else "NONE"},
        },
    }
    write_stack(folder, "Prod-Shop", resources)
