"""Each rule finds what it is about, and nothing where that is as it should be."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from blockwork.testing import RULES, SynthesisedApp
from blockwork.testing.lint import cfn_lint
from tests.unit.blockwork.testing.assemblies import function, read, write_asset, write_stack
from tests.unit.blockwork.testing.resources import (
    ALARM,
    GONE,
    GROUP,
    KEPT,
    RECOVERABLE,
    SAID,
    allows,
    logs_to,
    machine,
    one,
    protected,
    resource,
    watch,
)

BY_ID = {rule.id: rule for rule in RULES}


CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    # rule, what it finds in Prod-Shop, what it does not
    (
        "resource-limit",
        {f"It{n}": resource("AWS::SNS::Topic") for n in range(401)},
        {f"It{n}": resource("AWS::SNS::Topic") for n in range(400)},
    ),
    (
        "no-exports",
        one("AWS::SNS::Topic", DisplayName={"Fn::ImportValue": "theirs"}),
        one("AWS::SNS::Topic", DisplayName={"Fn::GetStackOutput": {"StackName": "theirs"}}),
    ),
    (
        "generated-names",
        one("AWS::SQS::Queue", QueueName="mine"),
        one("AWS::SQS::Queue"),
    ),
    (
        "generated-names",
        one("AWS::SQS::Queue", QueueName={"Fn::Sub": "${AWS::StackName}-mine"}),
        one("AWS::Nobody::Knows", Name="mine"),
    ),
    (
        "names-of-their-stack",
        one("AWS::Events::EventBus", Name="mine"),
        one("AWS::Events::EventBus", Name="ProdShopBus12345678"),
    ),
    ("data-survives", one("AWS::S3::Bucket"), one("AWS::S3::Bucket", **KEPT)),
    (
        "data-survives",
        one("AWS::SQS::Queue", **{**KEPT, "UpdateReplacePolicy": "Delete"}),
        one("AWS::RDS::DBCluster", DeletionPolicy="Snapshot", UpdateReplacePolicy="Snapshot"),
    ),
    ("failed-creation", one("AWS::SNS::Topic", DeletionPolicy="Retain"), one("AWS::SNS::Topic")),
    (
        "data-protected",
        protected(**RECOVERABLE),
        protected(DeletionProtectionEnabled=True, **RECOVERABLE),
    ),
    (
        "data-protected",
        one(
            "AWS::DynamoDB::GlobalTable",
            Replicas=[{"DeletionProtectionEnabled": True, **RECOVERABLE}, RECOVERABLE],
        ),
        one(
            "AWS::DynamoDB::GlobalTable",
            Replicas=[{"DeletionProtectionEnabled": True, **RECOVERABLE}],
        ),
    ),
    (
        "data-protected",
        one("AWS::Cognito::UserPool", DeletionProtection="INACTIVE"),
        one("AWS::Cognito::UserPool", DeletionProtection="ACTIVE"),
    ),
    (
        "data-protected",
        one("AWS::RDS::DBInstance"),
        one("AWS::RDS::DBInstance", DBClusterIdentifier="its protection is the cluster's"),
    ),
    (
        "data-goes",
        one("Custom::S3AutoDeleteObjects", BucketName={"Ref": "Bucket"}),
        one("AWS::S3::Bucket"),
    ),
    (
        "data-goes",
        allows("s3:DeleteObjectVersion", "arn:aws:s3:::mine/*"),
        allows("s3:DeleteObject", "arn:aws:s3:::mine/*"),
    ),
    ("log-retention", one("AWS::Logs::LogGroup"), {"It": GROUP}),
    ("function-logs", {"It": function(), "Group": GROUP}, logs_to({"Ref": "Group"})),
    ("function-logs", logs_to("mine"), logs_to({"Fn::GetStackOutput": {"StackName": "logs"}})),
    ("function-logs", logs_to({"Ref": "It"}), {"Group": GROUP}),
    (
        "no-secret-in-environment",
        {"It": function(PAYMENT_SECRET="arn")},
        {"It": function(PAYMENT_KEY_NAME="/shop/payments")},
    ),
    (
        "no-secret-in-environment",
        {"It": function(KEY="{{resolve:secretsmanager:payments:SecretString:::}}")},
        {"It": function(KEY="{{resolve:ssm:/shop/greeting}}")},
    ),
    (
        "deliveries",
        {
            "It": resource(
                "AWS::CloudWatch::Alarm",
                ComparisonOperator="GreaterThanThreshold",
                AlarmActions=[{"Ref": "Topic"}],
            ),
            "Topic": resource("AWS::SNS::Topic", KmsMasterKeyId={"Fn::GetAtt": ["Key", "Arn"]}),
            "Key": resource("AWS::KMS::Key", KeyPolicy={"Statement": []}),
        },
        {"Queue": resource("AWS::SQS::Queue"), "Alarm": ALARM},
    ),
    (
        "queues",
        one("AWS::SQS::Queue"),
        {"Queue": resource("AWS::SQS::Queue"), "Alarm": ALARM},
    ),
    ("wildcards", allows("dynamodb:*", "arn:aws:dynamodb:*:*:table/mine"), {}),
    ("wildcards", allows("*", "arn:aws:s3:::mine"), {}),
    (
        "wildcards",
        allows("dynamodb:DeleteTable", "*"),
        allows("dynamodb:DeleteTable", "arn:aws:dynamodb:eu-west-1:111111111111:table/mine"),
    ),
    ("wildcards", allows("sqs:SendMessage", "*"), allows("xray:PutTraceSegments", "*")),
    ("wildcards", allows("logs:DeleteLogGroup", "*"), allows("logs:CreateLogDelivery", "*")),
    ("state-machines", machine(LoggingConfiguration={}), machine()),
    ("state-machines", machine(LoggingConfiguration={"Level": "OFF"}), {}),
    (
        "state-machines",
        machine(LoggingConfiguration={"Level": "ALL", "IncludeExecutionData": True}),
        machine(LoggingConfiguration={"Level": "ERROR"}),
    ),
    ("state-machines", machine(DefinitionString='{"States": {}}'), machine(DefinitionString=SAID)),
    ("state-machines", {**machine(), "Watch": watch("ExecutionsTimedOut")}, machine()),
    ("state-machines", {**machine(), "Watch": watch("ExecutionsFailed", of="Another")}, machine()),
]


@pytest.mark.parametrize(
    ("rule", "wrong", "right"), CASES, ids=[f"{case[0]}-{n}" for n, case in enumerate(CASES)]
)
def test_a_rule_finds_what_is_wrong_and_only_that(
    rule: str, wrong: dict[str, Any], right: dict[str, Any], tmp_path: Path
) -> None:
    write_stack(tmp_path / "wrong", "Prod-Shop", wrong)
    write_stack(tmp_path / "right", "Prod-Shop", right)

    found = list(BY_ID[rule].check(read(tmp_path / "wrong")))
    assert found
    assert all(finding.at.startswith("Prod-Shop") for finding in found), found
    assert list(BY_ID[rule].check(read(tmp_path / "right"))) == []


@pytest.mark.parametrize(
    ("resources", "found"),
    [
        (one("AWS::SQS::Queue", **GONE), set()),
        (one("AWS::SQS::Queue", **KEPT), {"It (AWS::SQS::Queue)"}),
        (protected(DeletionProtectionEnabled=True), {"It (AWS::DynamoDB::Table)"}),
        (one("AWS::S3::Bucket", **GONE), {"It (AWS::S3::Bucket)"}),
        (
            {
                "Bucket": resource("AWS::S3::Bucket", **GONE),
                "Emptying": resource("Custom::BucketEmptying", BucketName={"Ref": "Bucket"}),
            },
            set(),
        ),
    ],
)
def test_where_data_may_go_nothing_stays(
    resources: dict[str, Any], found: set[str], tmp_path: Path
) -> None:
    write_stack(tmp_path / "app", "Dev-Shop", resources)
    app = read(tmp_path / "app", data_may_go=("Dev-*",))

    assert {one.at for one in BY_ID["data-goes"].check(app)} == {f"Dev-Shop/{it}" for it in found}
    assert list(BY_ID["data-survives"].check(app)) == []
    assert list(BY_ID["data-protected"].check(app)) == []


def test_an_export_is_found_beside_what_it_exports(tmp_path: Path) -> None:
    write_stack(tmp_path / "app", "Shop", {}, Outputs={"Bus": {"Export": {"Name": "bus"}}})

    (found,) = BY_ID["no-exports"].check(read(tmp_path / "app"))

    assert found.at == "Shop/Bus"


def test_a_warning_is_found_with_its_text(tmp_path: Path) -> None:
    write_stack(tmp_path / "app", "Shop", {})
    metadata = tmp_path / "app" / "Shop.metadata.json"
    metadata.write_text('{"/Shop": [{"type": "aws:cdk:warning", "data": "use another one"}]}')

    (found,) = BY_ID["no-warnings"].check(read(tmp_path / "app"))

    assert found.at == "Shop"
    assert "use another one" in found.says


@pytest.fixture
def two_stages(tmp_path: Path) -> Callable[..., SynthesisedApp]:
    def write(dev: dict[str, Any], prod: dict[str, Any]) -> SynthesisedApp:
        write_stack(tmp_path / "app", "Dev-Shop", dev)
        write_stack(tmp_path / "app", "Prod-Shop", prod)
        return read(tmp_path / "app", stages=("Dev", "Prod"))

    return write


def test_stages_of_another_shape_are_found(two_stages: Callable[..., SynthesisedApp]) -> None:
    app = two_stages(one("AWS::SNS::Topic"), {})

    (found,) = BY_ID["same-shape"].check(app)

    assert found.at == "Shop (AWS::SNS::Topic)"
    assert "1 in Dev, 0 in Prod" in found.says


def test_what_empties_buckets_is_no_shape(two_stages: Callable[..., SynthesisedApp]) -> None:
    emptying = {
        "Bucket": resource("AWS::S3::Bucket"),
        "BucketEmptyingFunction": function(),
        "Its": resource("Custom::BucketEmptying"),
    }

    app = two_stages(emptying, one("AWS::S3::Bucket"))

    assert list(BY_ID["same-shape"].check(app)) == []


def test_a_module_that_nothing_brings_is_found_with_its_file(tmp_path: Path) -> None:
    key = write_asset(tmp_path / "app", "a" * 64, {"place.py": "import requests"})
    write_stack(tmp_path / "app", "Shop", {"It": function(key)})

    (found,) = BY_ID["imports"].check(read(tmp_path / "app"))

    assert found.at == "Shop/It (AWS::Lambda::Function)"
    assert "place.py imports requests" in found.says


def test_what_cfn_lint_says_is_found_at_its_resource(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # away from this repository's .cfnlintrc
    right = {
        "It": resource("AWS::SQS::Queue", DelaySeconds=5),
        "Url": {
            **resource("AWS::SSM::Parameter", Type="String", Value={"Ref": "It"}),
            "DependsOn": ["It"],  # W3005: the reference says so already
        },
    }
    write_stack(tmp_path / "app", "Right", right)
    write_stack(tmp_path / "app", "Wrong", one("AWS::SQS::Queue", DelaySecond=5))

    (found,) = cfn_lint.check(read(tmp_path / "app"))

    assert found.at == "Wrong/It (AWS::SQS::Queue) E3002"
    assert "'DelaySecond' was unexpected" in found.says


def test_every_rule_is_shown_here_and_says_why() -> None:
    shown = {rule for rule, _, _ in CASES} | {"no-warnings", "same-shape", "imports"}

    assert shown == {*BY_ID}
    for rule in RULES:
        assert len(rule.why.split()) > 8, rule.id
        assert rule.what.endswith("."), rule.id
