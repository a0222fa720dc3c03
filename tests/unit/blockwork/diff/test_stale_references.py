"""Who goes on reading what another stack no longer has."""

from pathlib import Path
from typing import Any

import pytest

from blockwork.diff.differences import find_differences
from blockwork.diff.report import as_markdown, as_text
from blockwork.diff.stale_references import stale_references
from tests.unit.blockwork.diff.assemblies import Template, assembly, difference

REPLACED = "Resources\n[~] AWS::Events::EventBus Bus Bus1 replace\n └─ [~] Name"


def producer(value: Any = None, **properties: Any) -> Template:
    bus = {"Type": "AWS::Events::EventBus", "Properties": properties}
    queue = {"Type": "AWS::SQS::Queue"}
    return {
        "Resources": {"Bus1": bus, "Queue1": queue},
        "Outputs": {
            "BusArn": {"Value": value or {"Fn::GetAtt": ["Bus1", "Arn"]}},
            "QueueUrl": {"Value": {"Ref": "Queue1"}},
        },
    }


def reader(output: str, *, key: str = "Target") -> Template:
    reference = {"Fn::GetStackOutput": {"StackName": "Dev-Foundation", "OutputName": output}}
    properties = {"Policy": {"Statement": [{"Resource": {"Fn::Join": ["", [reference, "/x"]]}}]}}
    return {"Resources": {key: {"Type": "AWS::IAM::Policy", "Properties": properties}}}


def stale(tmp_path: Path, after: Template, **readers: tuple[Template, Template]) -> list[str]:
    """Return what is told of a change of the producer, with what readers were and will be."""
    olds = {name: old for name, (old, _) in readers.items()}
    news = {name: new for name, (_, new) in readers.items()}
    base = assembly(tmp_path / "base", Dev_Foundation=producer(Name="a"), **olds)
    head = assembly(tmp_path / "head", Dev_Foundation=after, **news)
    found = find_differences(base, head, lambda old, new: REPLACED if "Outputs" in old else "")
    return [line for one in found for line in one.stale]


def test_who_reads_what_is_replaced_and_stays_the_same_is_named(tmp_path: Path) -> None:
    same, other = reader("BusArn"), reader("QueueUrl")

    told = stale(
        tmp_path,
        producer(Name="b"),
        Dev_Vouchers=(same, same),
        Dev_Catalog=(same, same),
        Dev_Forecast=(same, reader("BusArn", key="Renamed")),  # deployed anyway
        Dev_Site=(other, other),  # reads what stays
    )

    assert told == [
        "Dev-Foundation: AWS::Events::EventBus Bus Bus1 is replaced, and read by Dev-Catalog,"
        " Dev-Vouchers: deploy with `--force`"
    ]


def test_a_reader_whose_code_changes_is_deployed_anyway(tmp_path: Path) -> None:
    code = [reader("BusArn") | {"Metadata": f"{digit * 64}.zip"} for digit in "ab"]

    assert stale(tmp_path, producer(Name="b"), Dev_Catalog=(code[0], code[1])) == []


@pytest.mark.parametrize(
    "value",
    [
        {"Ref": "Bus1"},
        {"Fn::GetAtt": "Bus1.Arn"},
        {"Fn::Sub": "arn:${AWS::Partition}:x/${Bus1.Arn}"},
        {"Fn::Sub": ["${name}", {"name": {"Ref": "Bus1"}}]},
        {"Fn::Join": ["", ["arn:", {"Fn::Select": [0, [{"Ref": "Bus1"}]]}]]},
    ],
)
def test_an_output_is_stale_however_it_is_made_of_what_is_replaced(value: Any) -> None:
    template = producer(value)

    (line,) = stale_references("Dev-A", template, template, REPLACED, {"BusArn": {"Dev-B"}})

    assert "is replaced, and read by Dev-B" in line


@pytest.mark.parametrize(
    ("diff", "told"),
    [
        ("[~] AWS::Events::EventBus Bus Bus1 replace", "is replaced"),
        ("[~] AWS::Events::EventBus Bus Bus1 may be replaced", "may be replaced"),
        ("[~] AWS::Events::EventBus Bus Bus1", None),
        ("[~] AWS::SQS::Queue Queue Queue1 replace", None),
    ],
)
def test_only_what_is_not_the_same_any_more_is_stale(diff: str, told: str | None) -> None:
    template = producer()

    lines = list(stale_references("Dev-A", template, template, diff, {"BusArn": {"Dev-B"}}))

    assert [f"Bus1 {told}, and read by Dev-B" in line for line in lines] == ([True] if told else [])


def test_an_output_that_comes_to_mean_something_else_is_stale() -> None:
    before, after = producer(), producer({"Fn::GetAtt": ["Queue1", "Arn"]})

    (line,) = stale_references("Dev-A", before, after, "", {"BusArn": {"Dev-B"}})

    assert line.startswith("Dev-A: Output BusArn has another value, and read by Dev-B")


def test_another_type_under_the_same_id_is_a_replacement() -> None:
    before, after = producer(), producer()
    after["Resources"]["Bus1"] = {"Type": "AWS::SNS::Topic"}

    (line,) = stale_references("Dev-A", before, after, "", {"BusArn": {"Dev-B"}})

    assert "AWS::SNS::Topic Bus1 is replaced" in line


def test_a_reviewer_and_a_terminal_are_told_before_permissions() -> None:
    line = "Dev-Foundation: Bus1 is replaced, and read by Dev-Catalog: deploy with `--force`"
    changes = [difference(stale=(line,)), difference("other", "Dev-Site")]

    comment = as_markdown(changes)

    assert "[!WARNING]" in comment
    assert comment.index(line) < comment.index("#### Permissions")
    assert f"! {line}" in as_text(changes).splitlines()[1]
    assert "[!WARNING]" not in as_markdown([difference()])
