"""What a reviewer is told of a change to the templates."""

import re

import pytest

from blockwork.diff.report import COMMENT_LIMIT, MARKER, as_markdown, as_text
from tests.unit.blockwork.diff.assemblies import DIFF, difference


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
