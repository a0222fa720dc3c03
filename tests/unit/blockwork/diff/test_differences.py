"""Which stacks differ, and which of them alike."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from blockwork.diff.cli import diff as main
from blockwork.diff.differences import TemplateDiffError, find_differences
from tests.unit.blockwork.diff.assemblies import DIFF, Template, assembly, both, table


def test_stacks_that_are_the_same_are_not_mentioned(tmp_path: Path) -> None:
    base = assembly(tmp_path / "base", Dev_Site=table(Name="a"), Dev_Catalog=table(Name="a"))
    head = assembly(tmp_path / "head", Dev_Site=table(Name="a"), Dev_Catalog=table(Name="b"))

    (found,) = find_differences(base, head, both)

    assert found.stacks == ("Dev-Catalog",)
    assert found.text == both(table(Name="a"), table(Name="b"))


def test_a_new_stack_and_a_removed_one_are_told_as_differences_to_nothing(tmp_path: Path) -> None:
    base = assembly(tmp_path / "base", Dev_Old=table(Name="old"))
    head = assembly(tmp_path / "head", Dev_New=table(Name="new"))

    new, old = find_differences(base, head, both)

    assert (new.stacks, new.text) == (("Dev-New",), both({}, table(Name="new")))
    assert (old.stacks, old.text) == (("Dev-Old",), both(table(Name="old"), {}))


def test_another_hash_of_an_asset_is_no_difference(tmp_path: Path) -> None:
    base = assembly(tmp_path / "base", Dev_Site=table(Code="a" * 64 + ".zip"))
    head = assembly(tmp_path / "head", Dev_Site=table(Code="0123456789abcdef" * 4 + ".zip"))

    assert find_differences(base, head, both) == []


def test_stages_that_change_alike_are_told_once(tmp_path: Path) -> None:
    def stage(name: str, account: str, value: str) -> Template:
        return table(Name=f"{name}-Catalog", Arn=f"arn:{account}:Products", Value=value)

    stages = {"Dev": "111111111111", "Prod": "333333333333"}
    base, head = (
        assembly(
            tmp_path / value,
            **{f"{name}_Catalog": stage(name, account, value) for name, account in stages.items()},
            Prod_Site=stage("Prod", "333333333333", value),
        )
        for value in ("before", "after")
    )

    catalog, site = find_differences(base, head, both)

    assert catalog.stacks == ("Dev-Catalog", "Prod-Catalog")
    assert site.stacks == ("Prod-Site",)


def test_stages_that_change_differently_are_told_each(tmp_path: Path) -> None:
    base = assembly(tmp_path / "base", Dev_Site=table(Name="a"), Prod_Site=table(Name="a"))
    head = assembly(tmp_path / "head", Dev_Site=table(Name="b"), Prod_Site=table(Name="c"))

    assert [found.stacks for found in find_differences(base, head, both)] == [
        ("Dev-Site",),
        ("Prod-Site",),
    ]


def test_a_risk_names_each_stack_it_is_in(tmp_path: Path) -> None:
    before, after = table(Name="a"), table(Name="b")
    base = assembly(tmp_path / "base", Dev_Catalog=before, Prod_Catalog=before)
    head = assembly(tmp_path / "head", Dev_Catalog=after, Prod_Catalog=after)

    (found,) = find_differences(base, head, lambda *_: DIFF)

    assert [risk.split(":")[0] for risk in found.risks] == [
        "Dev-Catalog",
        "Dev-Catalog",
        "Prod-Catalog",
        "Prod-Catalog",
    ]


def test_a_folder_that_is_no_assembly_is_refused_with_the_way_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(TemplateDiffError, match=r"is no cloud assembly: make one with 'cdk synth"):
        find_differences(tmp_path, tmp_path)


def test_the_command_says_in_one_line_what_is_wrong(tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(main)

    result = CliRunner().invoke(app, [str(tmp_path / "a"), str(tmp_path / "b")])

    assert result.exit_code == 1
    assert result.stderr.startswith(f"error: {tmp_path / 'a'} is no cloud assembly")
    assert len(result.stderr.splitlines()) == 1
