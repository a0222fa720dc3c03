"""The CDK CLI as a person calls it: what it builds, what it refuses, and how it says so."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.snapshot.conftest import ROOT

CDK = ROOT / "node_modules" / ".bin" / "cdk"


def cdk(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Call the CLI as somebody without an AWS account."""
    path = f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    nobody = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull}
    return subprocess.run(
        [str(CDK), *arguments, "--no-notices"],
        cwd=cwd,
        env={**os.environ, **nobody, "PATH": path, "CDK_DISABLE_CLI_TELEMETRY": "true"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a copy of the app in which files can be changed, with a web app that is built."""
    for name in ("app.py", "cdk.json", "stages.toml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("stacks", "blockwork", "constructs_lib", "lambda_src", ".build"):
        (tmp_path / name).symlink_to(ROOT / name)
    page = tmp_path / "site" / "dist" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text("<!doctype html>")
    return tmp_path


def test_synth_builds_one_stage_without_an_account(tmp_path: Path) -> None:
    result = cdk("synth", "--quiet", "-c", "stage=prod", "--output", str(tmp_path))

    assert result.returncode == 0, result.stderr
    assert sorted(file.name for file in tmp_path.glob("*.template.json")) == [
        f"Prod-{name}.template.json"
        for name in (
            "Campaigns",
            "Catalog",
            "Domain",
            "Forecast",
            "Foundation",
            "Identity",
            "Notifications",
            "Readings",
            "Release",
            "Site",
            "Support",
            "Vouchers",
        )
    ]


@pytest.mark.parametrize(
    ("context", "validated"),
    [([], False), (["-c", "deploying=true"], True)],
    ids=["look", "deploy"],
)
def test_templates_are_validated_where_they_will_be_deployed(
    checkout: Path, context: list[str], validated: bool
) -> None:
    result = cdk("synth", "--quiet", "-c", "stage=local", *context, cwd=checkout)

    assert result.returncode == 0, result.stderr
    # Nothing but CDK's validation leaves this report.
    assert (checkout / "cdk.out" / "validation-report.json").exists() is validated


def test_a_deployment_with_placeholders_is_refused_with_the_lines_to_edit() -> None:
    result = cdk("deploy", "--all", "-c", "stage=dev")

    assert result.returncode != 0
    lines = (ROOT / "stages.toml").read_text().splitlines()
    line = lines.index("[dev]") + 2
    assert f"stages.toml:{line}: account of stage 'dev' is still the placeholder" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_deployment_of_every_stage_at_once_is_refused() -> None:
    result = cdk("deploy", "--all")

    assert result.returncode != 0
    assert "deploy one stage at a time: add -c stage=NAME, one of local, dev" in result.stderr


@pytest.mark.parametrize(
    ("context", "message"),
    [
        ("stage=prd", "-c stage=NAME must be one of local, dev, staging, prod, got 'prd'"),
        ("port=http", "-c port=N: "),
        ("port=80", "-c port=N: port must be between 1024 and 65532, got 80"),
    ],
)
def test_what_is_not_there_is_refused_in_one_line(context: str, message: str) -> None:
    result = cdk("synth", "--quiet", "-c", context)

    assert result.returncode != 0
    assert f"error: {message}" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_wrong_account_id_is_refused_before_anything_is_built(checkout: Path) -> None:
    stages = checkout / "stages.toml"
    stages.write_text(stages.read_text().replace("111111111111", "11111"))

    result = subprocess.run(
        [str(ROOT / ".venv/bin/python"), "app.py"],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 1
    assert "account of stage 'dev' must be the 12-digit id of an AWS account" in result.stderr
    assert not (checkout / "cdk.out").exists()
