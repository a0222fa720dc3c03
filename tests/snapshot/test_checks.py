"""Every template of every stage passes the checkers of the field without a finding."""

import json
from pathlib import Path

import pytest
from aws_cdk import CfnResource, CloudFormationValidatePlugin, Stack, Validations
from cdk_nag import AwsSolutionsChecks

from blockwork.testing import Judged
from tests.snapshot.conftest import platform_app


@pytest.fixture(scope="module")
def checked_assembly() -> Path:
    app = platform_app()
    Validations.of(app).add_plugins(CloudFormationValidatePlugin(), AwsSolutionsChecks(app))
    return Path(app.synth().directory)


def test_cdk_validation_and_cdk_nag_find_nothing(checked_assembly: Path) -> None:
    report = json.loads((checked_assembly / "validation-report.json").read_text())

    assert [plugin["violations"] for plugin in report["pluginReports"]] == [[]]


def test_a_template_that_cloudformation_would_refuse_is_found() -> None:
    app = platform_app(stage="dev")
    CfnResource(
        Stack(app, "Bad"), "Typo", type="AWS::S3::Bucket", properties={"BucketNmae": "typo"}
    )
    Validations.of(app).add_plugins(CloudFormationValidatePlugin(), AwsSolutionsChecks(app))

    with pytest.raises(RuntimeError, match="'BucketNmae' was unexpected"):
        app.synth()


def test_what_is_acknowledged_says_why(checked_assembly: Path) -> None:
    report = json.loads((checked_assembly / "validation-report.json").read_text())

    for plugin in report["pluginReports"]:
        for finding in plugin["suppressedViolations"]:
            assert len(finding["reason"].split()) >= 4, finding["acknowledgedId"]


def test_cfn_lint_finds_nothing(cfn_lint: Judged) -> None:
    cfn_lint.check()
