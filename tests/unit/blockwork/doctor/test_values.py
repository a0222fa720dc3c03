import json
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from blockwork.doctor.finding import Finding
from blockwork.doctor.values import GIVEN_UP, value_findings
from blockwork.testing.settings import OptOut, Settings
from blockwork.testing.synthesis import read_app
from tests.unit.blockwork.doctor.assemblies import assembly

TODAY = date(2026, 11, 1)


def found(folder: Path, *opt_outs: OptOut) -> list[Finding]:
    app = read_app([folder], Settings(opt_outs=opt_outs), folder)
    return list(value_findings(app, folder, today=TODAY))


def topic(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::SNS::Topic", "Properties": properties}


def function(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::Lambda::Function", "Properties": properties}


@pytest.mark.parametrize("account", ["111111111111", "123456789012", "999999999999"])
def test_an_account_of_examples_is_a_problem(tmp_path: Path, account: str) -> None:
    (finding,) = found(assembly(tmp_path, account=account, It=topic(Owner=account)))

    assert finding.is_problem
    assert finding.what == f"the account of Shop is {account}, which stands in examples"


@pytest.mark.parametrize("account", ["471382950611", "000000000000", "unknown-account"])
def test_an_account_that_may_be_one_is_not_told(tmp_path: Path, account: str) -> None:
    assert found(assembly(tmp_path, account=account)) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ops@example.com", "example.com"),
        ("https://api.example.org/v1", "api.example.org"),
        ("night@shop.example", "shop.example"),
        ("arn:aws:iam::123456789012:role/It", "123456789012"),
        ("CHANGE_ME", "CHANGE_ME"),
        ("your-api-key", "your-api-key"),
    ],
)
def test_a_placeholder_is_worth_knowing(tmp_path: Path, text: str, value: str) -> None:
    (finding,) = found(assembly(tmp_path, It=topic(Parts=[{"Name": f"{text} "}])))

    assert not finding.is_problem
    assert finding.what == f"{value!r} stands in Shop/It (AWS::SNS::Topic)"


@pytest.mark.parametrize(
    "text",
    ["myexample.com", "example.community", "for example", "arn:aws:iam::471382950611:role/It"],
)
def test_what_only_looks_like_a_placeholder_is_not_told(tmp_path: Path, text: str) -> None:
    assert found(assembly(tmp_path, It=topic(Name=text))) == []


def test_of_many_places_three_are_named(tmp_path: Path) -> None:
    it = topic(Name="example.com")

    (finding,) = found(assembly(tmp_path, It0=it, It1=it, It2=it, It3=it, It4=it))

    assert finding.what.endswith("Shop/It2 (AWS::SNS::Topic) and 2 more")


@pytest.mark.parametrize(
    ("secret", "kind"),
    [
        (f"AKIA{'B' * 16}", "an access key of AWS"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMII", "a private key"),
        (f"ghp_{'a' * 36}", "a token of GitHub"),
        (f"xoxb-{'a' * 12}", "a token of Slack"),
        (f"sk_live_{'a' * 16}", "a key of Stripe"),
        ("postgres://shop:pass@db.internal/shop", "a password in an address"),
    ],
)
def test_a_secret_is_a_problem_and_is_not_shown(tmp_path: Path, secret: str, kind: str) -> None:
    (finding,) = found(assembly(tmp_path, It=topic(Name=secret)))

    assert finding.is_problem
    assert finding.what == f"Shop/It (AWS::SNS::Topic) holds {kind} in clear"
    assert secret not in str(finding)


def test_a_variable_that_is_called_like_a_secret_is_a_problem_but_where_it_is_lived_with(
    tmp_path: Path,
) -> None:
    variables = {"Variables": {"API_PASSWORD": "hello"}}
    folder = assembly(tmp_path, It=function(Environment=variables))

    (finding,) = found(folder)

    assert finding.is_problem
    assert "API_PASSWORD looks like a secret" in finding.what
    lived_with = OptOut(rule="no-secret-in-environment", at="Shop/It*", why="it is none")
    assert found(folder, lived_with) == []


def test_a_secret_parameter_with_a_default_is_a_problem(tmp_path: Path) -> None:
    parameters = {
        "Key": {"Type": "String", "NoEcho": True, "Default": "abc"},
        "Other": {"Type": "String", "NoEcho": True},
        "Open": {"Type": "String", "Default": "abc"},
    }

    (finding,) = found(assembly(tmp_path, parameters=parameters))

    assert finding.what == "the parameter Key of Shop is secret and has a default"


@pytest.mark.parametrize(("runtime", "times"), [("python3.9", 1), ("python3.11", 0), ("new1", 0)])
def test_a_runtime_that_aws_has_given_up_is_a_problem(
    tmp_path: Path, runtime: str, times: int
) -> None:
    findings = found(assembly(tmp_path, It=function(Runtime=runtime)))

    assert [finding.is_problem for finding in findings] == [True] * times
    for finding in findings:
        assert "runs on python3.9, which AWS gave up on 2025-12-15" in finding.what


def test_the_days_are_those_that_cfn_lint_knows() -> None:
    data = files("cfnlint") / "data" / "AdditionalSpecs" / "LmbdRuntimeLifecycle.json"
    known = json.loads(data.read_text())

    assert {name: known[name]["deprecated"] for name in GIVEN_UP} == GIVEN_UP
