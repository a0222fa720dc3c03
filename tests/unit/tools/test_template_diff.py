"""What a reviewer is told of a change to the templates."""

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from tools.template_diff.__main__ import main
from tools.template_diff.data_at_risk import STATEFUL, data_at_risk
from tools.template_diff.differences import Difference, TemplateDiffError, find_differences
from tools.template_diff.report import COMMENT_LIMIT, MARKER, as_markdown, as_text

Template = dict[str, Any]

# What `cdk diff` writes, recorded.
DIFF = """\
IAM Statement Changes
┌───┬─────────────────┬────────┬──────────────────────┬────────────────┐
│   │ Resource        │ Effect │ Action               │ Principal      │
├───┼─────────────────┼────────┼──────────────────────┼────────────────┤
│ + │ ${Products.Arn} │ Allow  │ dynamodb:DeleteTable │ AWS:${GetRole} │
│   │                 │        │ dynamodb:Scan        │                │
│ - │ ${Products.Arn} │ Allow  │ dynamodb:GetItem     │ AWS:${GetRole} │
└───┴─────────────────┴────────┴──────────────────────┴────────────────┘
(NOTE: There may be security-related changes not in this list. See https://example.com/1299)

Resources
[-] AWS::SQS::Queue Failures/Queue FailuresQueue1 orphan
[+] AWS::SNS::Topic Topic Topic2
[~] AWS::DynamoDB::GlobalTable Products Products3 replace
 └─ [~] KeySchema (requires replacement)
     └─ @@ -1,3 +1,3 @@
        [ ] [
        [-]   "id"
        [+]   "productId"
        [ ] ]

Outputs
[+] Output ApiUrl: {"Value":"x"}"""


def table(**properties: object) -> Template:
    return {"Resources": {"Products": {"Type": "AWS::DynamoDB::Table", "Properties": properties}}}


def pool(**properties: object) -> Template:
    return {"Resources": {"Pool": {"Type": "AWS::Cognito::UserPool", "Properties": properties}}}


def assembly(folder: Path, **templates: Template) -> Path:
    """Write a cloud assembly with these templates; `Dev_Catalog` stands for `Dev-Catalog`."""
    folder.mkdir()
    artifacts: dict[str, Any] = {"Tree": {"type": "cdk:tree", "properties": {"file": "tree.json"}}}
    for name, template in templates.items():
        stack = name.replace("_", "-")
        (folder / f"{stack}.template.json").write_text(json.dumps(template))
        properties = {"templateFile": f"{stack}.template.json"}
        artifacts[stack] = {"type": "aws:cloudformation:stack", "properties": properties}
    (folder / "manifest.json").write_text(json.dumps({"version": "1", "artifacts": artifacts}))
    return folder


def both(before: Template, after: Template) -> str:
    """Tell a difference as simply as can be."""
    return f"{json.dumps(before)} -> {json.dumps(after)}"


def difference(text: str = DIFF, *stacks: str, risks: tuple[str, ...] = ()) -> Difference:
    return Difference(stacks=stacks or ("Dev-Catalog",), text=text, risks=risks)


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


def test_no_change_is_one_sentence() -> None:
    assert as_text([]) == "No change: every template is as it was."
    assert as_markdown([]).splitlines()[0] == MARKER
    assert as_markdown([]).rstrip().endswith("No change: every template is as it was.")


def test_data_at_risk_comes_first_then_permissions_then_the_rest() -> None:
    risk = "Dev-Catalog: AWS::DynamoDB::GlobalTable Products Products3 will be replaced"

    comment = as_markdown([difference(risks=(risk,))])

    places = [
        comment.index(text)
        for text in (
            MARKER,
            "[!CAUTION]",
            f"> - {risk}",
            "#### Permissions",
            "dynamodb:DeleteTable",
            "#### Resources",
            "KeySchema (requires replacement)",
            "Output ApiUrl",
        )
    ]
    assert places == sorted(places)
    assert "[!CAUTION]" not in as_markdown([difference()])


def test_permissions_are_told_once_and_only_where_there_are_some() -> None:
    plain = "Resources\n[+] AWS::SNS::Topic Topic Topic2"

    comment = as_markdown([difference(), difference(plain, "Dev-Site")])

    assert comment.count("dynamodb:GetItem") == 1
    permissions = comment[comment.index("#### Permissions") : comment.index("#### Resources")]
    assert "Dev-Catalog" in permissions
    assert "Dev-Site" not in permissions
    assert "#### Permissions" not in as_markdown([difference(plain)])


def test_every_stack_says_how_much_of_it_changes() -> None:
    comment = as_markdown([difference(DIFF, "Dev-Catalog", "Prod-Catalog")])

    assert "<summary>Dev-Catalog, Prod-Catalog: 1 added, 1 changed, 1 removed</summary>" in comment


def test_lines_are_coloured_by_what_happens_to_them() -> None:
    lines = as_markdown([difference()]).splitlines()

    assert "+ [+] AWS::SNS::Topic Topic Topic2" in lines
    assert "- [-] AWS::SQS::Queue Failures/Queue FailuresQueue1 orphan" in lines
    assert "! [~] AWS::DynamoDB::GlobalTable Products Products3 replace" in lines
    assert '-         [-]   "id"' in lines
    assert "          [ ] [" in lines
    assert any(line.startswith("+ │ + │") and "DeleteTable" in line for line in lines)
    assert any(line.startswith("- │ - │") and "GetItem" in line for line in lines)


def test_nothing_in_a_template_can_leave_its_fence() -> None:
    nasty = "Resources\n[~] AWS::SNS::Topic T T1\n └─ [+] ```` @everybody <img src=x>"

    comment = as_markdown([difference(nasty, "Dev-<b>")])

    assert comment.count("`````") == 2
    assert "Dev-<b>" not in comment


@pytest.mark.parametrize("limit", [2_000, 10_000, COMMENT_LIMIT])
def test_a_comment_fits_and_says_what_was_cut(limit: int) -> None:
    lines = "\n".join(f"[+] AWS::SNS::Topic Topic{number} Topic{number}" for number in range(5_000))
    long = [difference(f"Resources\n{lines}", f"Dev-{name}") for name in ("First", "Second")]

    comment = as_markdown(long, limit)

    assert limit * 0.7 < len(comment) <= limit
    cut = re.search(r"\*\*Cut in the resources of Dev-First: ([\d,]+) more lines", comment)
    assert cut is not None
    told = sum(line.startswith("+ [+] AWS::SNS::Topic") for line in comment.splitlines())
    # One line of each stack is its heading, `Resources`.
    assert told + 1 + int(cut[1].replace(",", "")) == 2 * 5_001
    assert comment.count("```") % 2 == 0
    assert comment.count("<details>") == comment.count("</details>")


def test_a_comment_that_fits_is_not_cut() -> None:
    assert "Cut in" not in as_markdown([difference()])


def test_a_terminal_gets_risks_first_and_everything_the_cli_said() -> None:
    text = as_text([difference(risks=("Dev-Catalog: Products",)), difference("other", "Dev-Site")])

    assert text.splitlines()[:2] == ["Data at risk", "! Dev-Catalog: Products"]
    assert f"Dev-Catalog\n\n{DIFF}\n" in text
    assert "Dev-Site\n\nother\n" in text
