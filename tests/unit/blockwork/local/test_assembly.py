"""What is read of an assembly: stages, nested stacks, environments."""

import json
from pathlib import Path

import pytest

from blockwork.local.assembly import Environment, chosen, environments, read_stacks
from tests.unit.blockwork.local.assemblies import resources, write_assembly

TABLE = resources(Table=("AWS::DynamoDB::Table", {}))


def test_stacks_that_name_no_environment_go_where_the_local_stage_is(tmp_path: Path) -> None:
    stacks = read_stacks(write_assembly(tmp_path, {"Here": TABLE}))

    assert environments(stacks) == [Environment(account="000000000000", region="eu-west-2")]


def test_others_go_where_they_say(tmp_path: Path) -> None:
    there = "aws://111111111111/eu-central-1"
    stacks = read_stacks(write_assembly(tmp_path, {"There": TABLE}, environment=there))

    assert [str(each) for each in environments(stacks)] == [there]


def test_stacks_of_a_stage_are_among_them(tmp_path: Path) -> None:
    write_assembly(tmp_path / "assembly-Prod", {"ProdOne": TABLE})
    stage = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Prod"}}
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": {"assembly-Prod": stage}}))

    assert [stack.name for stack in read_stacks(tmp_path)] == ["ProdOne"]


def test_nested_stacks_follow_their_parent(tmp_path: Path) -> None:
    nested = resources(Inner=("AWS::CloudFormation::Stack", {"TemplateURL": {"Fn::Sub": "…/cafe"}}))
    write_assembly(tmp_path, {"Outer": nested}, files={"cafe": "cafe.json"})
    (tmp_path / "cafe.json").write_text(json.dumps(TABLE))

    outer, inner = read_stacks(tmp_path)

    assert (outer.name, inner.name, inner.is_nested) == ("Outer", "Outer/Inner", True)
    assert list(inner.resources) == ["Table"]


@pytest.mark.parametrize(
    ("patterns", "names"),
    [
        ([], ["Shop", "Data", "Shops", "Test/Shop"]),
        (["**"], ["Shop", "Data", "Shops", "Test/Shop"]),
        (["Data"], ["Data"]),
        (["Shop"], ["Shop", "Data"]),  # it needs the other
        (["Shop?"], ["Shops"]),
        (["Sh*"], ["Shop", "Data", "Shops"]),
        (["Test/*"], ["Test/Shop"]),
        (["{Shops,Data}"], ["Shop", "Data", "Shops", "Test/Shop"]),  # only the CDK can tell
    ],
)
def test_the_stacks_of_a_pattern_and_what_they_need_are_chosen(
    tmp_path: Path, patterns: list[str], names: list[str]
) -> None:
    write_assembly(tmp_path / "assembly-Test", {"Test-Shop": TABLE}, ids={"Test-Shop": "Test/Shop"})
    write_assembly(
        tmp_path, {"Shop": TABLE, "Data": TABLE, "Shops": TABLE}, needs={"Shop": ["Data"]}
    )
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    manifest["artifacts"]["assembly-Test"] = {
        "type": "cdk:cloud-assembly",
        "properties": {"directoryName": "assembly-Test"},
    }
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))

    assert [stack.id for stack in chosen(read_stacks(tmp_path), patterns)] == names
