"""What is said of an app before it is deployed."""

from pathlib import Path
from typing import Any

import pytest

from blockwork.local.assembly import read_stacks
from blockwork.local.errors import LocalStageError
from blockwork.local.preflight.check import check
from blockwork.local.preflight.table import Fate, fate, known_types, said
from tests.unit.blockwork.local.assemblies import resources, write_assembly

CALLS = '{"service":"%s","action":"describe"}'


def said_of(folder: Path, template: dict[str, Any], **parameters: str) -> list[str]:
    return check(
        read_stacks(write_assembly(folder, {"Shop": template}, images=("cafe",))), parameters
    )


def refusal(folder: Path, template: dict[str, Any]) -> str:
    with pytest.raises(LocalStageError) as refused:
        said_of(folder, template)
    return str(refused.value)


def test_what_works_is_not_spoken_of(tmp_path: Path) -> None:
    template = resources(
        Table=("AWS::DynamoDB::Table", {}),
        Own=("Custom::Own", {}),
        Function=("AWS::Lambda::Function", {"Runtime": "python3.14"}),
    )

    assert said_of(tmp_path, template) == []


def test_what_has_no_effect_is_named_once_a_type(tmp_path: Path) -> None:
    template = resources(
        **{f"Query{n}": ("AWS::Athena::NamedQuery", {}) for n in range(5)},
        Wall=("AWS::WAFv2::WebACL", {}),
    )

    queries, wall = said_of(tmp_path, template)

    assert "AWS::Athena::NamedQuery: the saved query is not in Athena" in queries
    assert "Shop: Query0, Shop: Query1, Shop: Query2 and 2 more" in queries
    assert "its rules are never applied (Shop: Wall)" in wall


@pytest.mark.parametrize(
    ("type_", "properties", "why"),
    [
        ("AWS::VerifiedPermissions::PolicyStore", {}, "nobody would answer"),
        ("AWS::Nobody::Knows", {}, "the emulator does not know the type"),
        ("AWS::Lambda::Function", {"PackageType": "Image"}, "there is no Docker here"),
        ("AWS::ECS::TaskDefinition", {"Image": {"Fn::Sub": "…:cafe"}}, "there is no Docker here"),
        ("AWS::Lambda::Function", {"Runtime": "java21"}, "java21 needs Docker"),
        ("Custom::AWS", {"Create": CALLS % "Nimbus"}, "@aws-sdk/client-nimbus"),
    ],
)
def test_what_cannot_be_is_refused_by_name_before_the_deployment(
    tmp_path: Path, type_: str, properties: dict[str, Any], why: str
) -> None:
    said = refusal(tmp_path, resources(It=(type_, properties)))

    assert f"Shop: It ({type_})" in said
    assert why in said
    assert "nothing has been deployed" in said


@pytest.mark.parametrize(
    "runtime",
    [
        {"Ref": "Runtime"},
        {"Fn::FindInMap": ["Latest", {"Ref": "AWS::Region"}, "value"]},
        {"Fn::If": ["Never", "java21", "python3.14"]},
        {"Fn::GetAtt": ["Other", "Runtime"]},
    ],
)
def test_a_runtime_is_judged_by_what_it_becomes_or_not_at_all(
    tmp_path: Path, runtime: dict[str, Any]
) -> None:
    template = {
        "Parameters": {"Runtime": {"Default": "java21"}},
        "Mappings": {"Latest": {"eu-west-2": {"value": "nodejs22.x"}}},
        "Conditions": {"Never": {"Fn::Equals": [{"Ref": "AWS::Region"}, "nowhere"]}},
        **resources(It=("AWS::Lambda::Function", {"Runtime": runtime})),
    }

    assert said_of(tmp_path, template, Runtime="python3.14") == []


def test_a_parameters_default_is_judged(tmp_path: Path) -> None:
    template = {
        "Parameters": {"Runtime": {"Default": "java21"}},
        **resources(It=("AWS::Lambda::Function", {"Runtime": {"Ref": "Runtime"}})),
    }

    assert "java21 needs Docker" in refusal(tmp_path, template)


def test_what_is_not_made_here_is_not_judged(tmp_path: Path) -> None:
    template = resources(It=("AWS::Nobody::Knows", {}))
    template["Resources"]["It"]["Condition"] = "Live"
    template["Parameters"] = {"Stage": {"Default": "local"}}
    template["Conditions"] = {"Live": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Stage"}, "local"]}]}}

    assert said_of(tmp_path, template) == []
    with pytest.raises(LocalStageError, match="AWS::Nobody::Knows"):
        said_of(tmp_path, template, Stage="live")


BUS = resources(Bus=("AWS::Events::EventBus", {"Name": "Shared"}))
BUCKET = resources(
    Files=("AWS::S3::Bucket", {"BucketName": {"Fn::Sub": "files-${AWS::AccountId}"}})
)


@pytest.mark.parametrize("template", [BUS, BUCKET])
def test_two_stacks_that_give_a_resource_the_same_name_are_refused(
    tmp_path: Path, template: dict[str, Any]
) -> None:
    assembly = write_assembly(tmp_path, {"One": template, "Two": template})

    with pytest.raises(LocalStageError, match=r"Two: .*taken by One: (Bus|Files) in"):
        check(read_stacks(assembly), {})


def test_the_same_name_is_free_elsewhere_and_for_what_is_not_the_same(tmp_path: Path) -> None:
    other = resources(Queue=("AWS::SQS::Queue", {"QueueName": "Shared"}))
    here = write_assembly(tmp_path / "here", {"One": BUS, "Two": other})
    there = write_assembly(
        tmp_path / "there", {"Three": BUS}, environment="aws://111111111111/eu-west-2"
    )

    assert check(read_stacks(here) + read_stacks(there), {}) == []


def test_a_parameter_without_a_value_is_told_how_to_be_given(tmp_path: Path) -> None:
    template = {"Parameters": {"Bucket": {"Type": "String"}, "Else": {"Default": "given"}}}

    assert '[tool.blockwork.local.parameters] "Shop:Bucket" = ' in refusal(tmp_path, template)
    assert said_of(tmp_path, template, Bucket="mine") == []
    assert said_of(tmp_path, template, **{"Shop:Bucket": "mine"}) == []


def test_the_table_says_of_a_type_what_is_true_of_it() -> None:
    for type_ in said()[Fate.ACCEPTED]:
        service = type_.removesuffix("*")
        assert any(known == type_ or known.startswith(service) for known in known_types()), type_
    assert [type_ for type_ in said()[Fate.PLACEHOLDER] if type_ in known_types()] == []
    assert Fate.PLACEHOLDER not in {fate(type_)[0] for type_ in known_types()}
    sentences = [each for kind in said().values() for each in kind.values()]
    assert [each for each in sentences if not each[0].islower() or each.endswith(".")] == []
