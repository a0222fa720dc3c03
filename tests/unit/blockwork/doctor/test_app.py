import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from typer import Typer
from typer.testing import CliRunner

from blockwork.doctor.app import app_findings, pythons_of
from blockwork.doctor.cli import doctor
from blockwork.doctor.examine import examine
from blockwork.doctor.finding import Finding
from tests.unit.blockwork.doctor.assemblies import assembly

PIN = f"boto3==1.44.5 \\\n    --hash=sha256:{'0' * 64}\n"


def function(timeout: int | None = None, **properties: Any) -> dict[str, Any]:
    time = {} if timeout is None else {"Timeout": timeout}
    return {"Type": "AWS::Lambda::Function", "Properties": {**time, **properties}}


def arn(id_: str) -> dict[str, list[str]]:
    return {"Fn::GetAtt": [id_, "Arn"]}


def said(folder: Path) -> list[str]:
    return [str(finding).partition("\n")[0] for finding in app_findings(folder)]


def answering(seconds: int | None) -> dict[str, Any]:
    properties = {"IntegrationUri": arn("Work")}
    return {
        "Work": function(seconds),
        "Route": {"Type": "AWS::ApiGatewayV2::Integration", "Properties": properties},
    }


def consuming(seconds: int | None, hidden: int | None) -> dict[str, Any]:
    properties = {"EventSourceArn": arn("Queue"), "FunctionName": {"Ref": "Work"}}
    return {
        "Work": function(seconds),
        "Queue": {
            "Type": "AWS::SQS::Queue",
            "Properties": {} if hidden is None else {"VisibilityTimeout": hidden},
        },
        "Mapping": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": properties},
    }


def triggered(seconds: int, told: Any) -> dict[str, Any]:
    properties = {"LambdaConfig": {"PostConfirmation": told}}
    return {
        "Work": function(seconds),
        "Pool": {"Type": "AWS::Cognito::UserPool", "Properties": properties},
    }


@pytest.mark.parametrize(
    ("resources", "words"),
    [
        (answering(31), "Shop/Work (AWS::Lambda::Function) may take 31 seconds, but its API"),
        (consuming(31, None), "hides a message for 30 seconds, and Shop/Work"),
        (
            consuming(None, 2),
            "hides a message for 2 seconds, and Shop/Work (AWS::Lambda::Function)",
        ),
        (triggered(6, arn("Work")), "waits for its PostConfirmation 5 at most"),
        (triggered(6, {"LambdaArn": arn("Work")}), "waits for its PostConfirmation 5 at most"),
    ],
)
def test_a_time_that_fails_on_aws_is_a_problem(
    tmp_path: Path, resources: dict[str, Any], words: str
) -> None:
    (finding,) = said(assembly(tmp_path, **resources))

    assert finding.startswith("✗ ")
    assert words in finding


@pytest.mark.parametrize(
    "resources",
    [answering(30), answering(None), consuming(5, None), triggered(5, arn("Work"))],
)
def test_a_time_that_does_is_not_told(tmp_path: Path, resources: dict[str, Any]) -> None:
    assert said(assembly(tmp_path, **resources)) == []


def test_a_queue_that_hides_messages_for_less_than_six_times_the_time_is_worth_knowing(
    tmp_path: Path,
) -> None:
    (finding,) = app_findings(assembly(tmp_path, **consuming(30, 179)))

    assert not finding.is_problem
    assert "hides a message for 179 seconds" in finding.what
    assert "Duration.seconds(180)" in finding.do


@pytest.mark.parametrize("as_zip", [True, False])
@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (PIN, []),
        (
            "# all of them\n\nboto3[crt]==1.44.5 ; python_version > '3'\n",
            ["requirements.txt, whose packages have no hashes"],
        ),
        ("tiny @ https://example.com/tiny-1-py3-none-any.whl\n", []),
        (f"{PIN}requests\n", ["requirements.txt:3, where 'requests' is not pinned"]),
        ("boto3>=1.44  # new\n", ["requirements.txt:1, where 'boto3>=1.44' is not pinned"]),
        ("boto3==1.*\n", ["where 'boto3==1.*' is not pinned"]),
    ],
)
def test_a_package_that_is_not_pinned_is_told_with_its_line(
    tmp_path: Path, lines: str, found: list[str], as_zip: bool
) -> None:
    if as_zip:
        with zipfile.ZipFile(tmp_path / "asset.1.zip", "w") as archive:
            archive.writestr("requirements.txt", lines)
    else:
        (tmp_path / "asset.1").mkdir()
        (tmp_path / "asset.1" / "requirements.txt").write_text(lines)
    content = {"Content": {"S3Bucket": "assets", "S3Key": "1.zip"}}
    layer = {"Type": "AWS::Lambda::LayerVersion", "Properties": content}

    findings = said(assembly(tmp_path, Layer=layer))

    assert len(findings) == len(found)
    for finding, words in zip(findings, found, strict=True):
        assert finding.startswith("· " if "no hashes" in words else "✗ ")
        assert "Shop/Layer (AWS::Lambda::LayerVersion) was built of requirements" in finding
        assert words in finding


def test_what_everybody_may_call_is_told_as_worth_knowing(tmp_path: Path) -> None:
    route = {"Type": "AWS::ApiGatewayV2::Route", "Properties": {"RouteKey": "GET /prices"}}

    assert said(assembly(tmp_path, Route=route)) == [
        "· everybody may call these of Shop: GET /prices"
    ]


def test_the_pythons_are_those_of_the_functions(tmp_path: Path) -> None:
    of_python, of_node = function(Runtime="python3.13"), function(Runtime="nodejs24.x")
    folder = assembly(
        tmp_path, First=of_python, Second=of_node, Image=function(PackageType="Image")
    )

    assert pythons_of(folder) == {"3.13"}


def test_the_command_fails_only_for_what_has_to_be_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blockwork.doctor.examine.machine_findings", lambda *_: iter(()))
    monkeypatch.setattr("blockwork.doctor.settings.is_taken", lambda _: False)
    command = Typer()
    command.command()(doctor)
    run = CliRunner()

    monkeypatch.chdir(tmp_path)
    nothing = run.invoke(command, [])
    assert (nothing.exit_code, "run 'cdk synth'" in nothing.stdout) == (0, True)
    wrong = run.invoke(command, [str(assembly(tmp_path, **answering(31)))])
    assert (wrong.exit_code, wrong.stdout.splitlines()[-1]) == (1, "1 to mend, 0 to know")
    for_machines = run.invoke(command, ["--json", str(tmp_path)])
    assert (for_machines.exit_code, len(json.loads(for_machines.stdout))) == (1, 1)
    right = run.invoke(command, [str(assembly(tmp_path, **answering(30)))])
    assert (right.exit_code, right.stdout.splitlines()[-1]) == (0, "0 to mend, 0 to know")
    assert run.invoke(command, [""]).exit_code == 2


def test_the_pythons_of_the_app_are_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def machine_findings(pythons: set[str], _: Path) -> list[Finding]:
        asked.extend(pythons)
        return []

    monkeypatch.setattr("blockwork.doctor.examine.machine_findings", machine_findings)
    monkeypatch.setattr("blockwork.doctor.settings.is_taken", lambda _: False)

    assert list(examine(assembly(tmp_path, Work=function(Runtime="python3.12")))) == []
    assert asked == ["3.12"]
