"""Which resources may lose what they hold."""

import importlib.util
import json
from pathlib import Path

import pytest

from blockwork.diff.data_at_risk import STATEFUL, data_at_risk
from tests.unit.blockwork.diff.assemblies import pool, table


@pytest.mark.parametrize(
    ("line", "risk"),
    [
        ("[~] AWS::DynamoDB::Table Data Data1 replace", "will be replaced by an empty one"),
        ("[~] AWS::S3::Bucket A/B Bucket1 may be replaced", "may be replaced by an empty one"),
        ("[-] AWS::Cognito::UserPool Users/Pool Pool1 destroy", "will be deleted"),
        ("[-] AWS::SQS::Queue Queue1 orphan", "will be left behind"),
        (
            "[-] AWS::SQS::Queue Queue1 destroy (OR move to Dev-A.Queue1 via refactoring)",
            "will be deleted",
        ),
    ],
)
def test_what_holds_data_and_may_lose_it_is_at_risk(line: str, risk: str) -> None:
    (found,) = data_at_risk({}, {}, f"Resources\n[+] AWS::SNS::Topic T T1\n{line}\n └─ [~] Name")

    kind = line.split()[1]
    assert found.startswith(f"{kind} ")
    assert risk in found


@pytest.mark.parametrize(
    "line",
    [
        "[~] AWS::DynamoDB::Table Data Data1",
        "[+] AWS::DynamoDB::Table Data Data1",
        "[~] AWS::Lambda::LayerVersion Dependencies Dependencies1 replace",
        "[-] AWS::Lambda::Function Old Old1 destroy",
    ],
)
def test_what_keeps_or_holds_no_data_is_not_at_risk(line: str) -> None:
    assert list(data_at_risk({}, {}, line)) == []


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("UsernameAttributes", ["email"], ["email", "phone_number"]),
        ("AliasAttributes", None, ["email"]),
        ("UsernameConfiguration", {"CaseSensitive": False}, {"CaseSensitive": True}),
        ("Schema", [{"Name": "email", "Required": True}], [{"Name": "email", "Required": False}]),
        ("Schema", [{"Name": "email"}], []),
    ],
)
def test_what_a_user_pool_can_never_change_is_at_risk(
    name: str, before: object, after: object
) -> None:
    old = pool(**({name: before} if before else {}))

    (risk,) = data_at_risk(old, pool(**{name: after}), "")

    assert risk.startswith(f"AWS::Cognito::UserPool Pool cannot change its {name}:")


def test_another_attribute_of_users_is_no_risk() -> None:
    before = pool(Schema=[{"Name": "email"}])
    after = pool(Schema=[{"Name": "email"}, {"Name": "locale"}], MfaConfiguration="ON")

    assert list(data_at_risk(before, after, "")) == []


def test_a_table_may_get_attributes_for_an_index_but_not_change_those_it_has() -> None:
    before = table(AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])
    more = table(
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "by", "AttributeType": "S"},
        ]
    )
    other = table(AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "N"}])

    assert list(data_at_risk(before, more, "")) == []
    assert len(list(data_at_risk(before, other, ""))) == 1


def test_a_resource_at_risk_is_told_once() -> None:
    before = table(AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])
    after = table(AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "N"}])

    (risk,) = data_at_risk(before, after, "[~] AWS::DynamoDB::Table A/Table Products replace")

    assert "will be replaced" in risk


def test_the_list_of_what_holds_data_has_all_that_cfn_lint_knows_of() -> None:
    package = importlib.util.find_spec("cfnlint")
    assert package is not None
    assert package.origin is not None
    data = Path(package.origin).parent / "data" / "AdditionalSpecs" / "StatefulResources.json"

    assert json.loads(data.read_text())["ResourceTypes"].keys() <= STATEFUL
