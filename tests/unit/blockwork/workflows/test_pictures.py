"""Each state machine of an app has a picture, and a test can say which is stale."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from blockwork.workflows.pictures import DrawingError, draw, find_machines, stale
from tests.unit.blockwork.testing.assemblies import write_stack

REPOSITORY = Path(__file__).parents[4]


def machine(name: str) -> dict[str, Any]:
    text = json.dumps({"StartAt": name, "States": {name: {"Type": "Succeed", "Comment": "@"}}})
    before, after = text.split("@")
    parts = [before, {"Fn::GetAtt": ["Function", "Arn"]}, after]
    return {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {"DefinitionString": {"Fn::Join": ["", parts]}},
    }


@pytest.fixture
def assembly(tmp_path: Path) -> Path:
    folder = tmp_path / "cdk.out"
    for stage in ("Dev", "Prod"):
        write_stack(
            folder,
            f"{stage}-Shop",
            {"FulfilStateMachine0A1B2C3D": machine("Ship"), "RefundDEADBEEF": machine("Pay back")},
        )
    return folder


def test_each_state_machine_is_found_by_its_own_name(assembly: Path) -> None:
    found = find_machines(assembly, stage="Dev")

    assert [*found] == ["Shop-Fulfil", "Shop-Refund"]
    assert '"Pay back"' in found["Shop-Refund"]
    assert [*find_machines(assembly)] == [
        *("Dev-Shop-Fulfil", "Dev-Shop-Refund", "Prod-Shop-Fulfil", "Prod-Shop-Refund")
    ]


def test_two_of_one_name_are_refused(tmp_path: Path) -> None:
    both = {"AStateMachine0A1B2C3D": machine("One"), "A0A1B2C3D": machine("Two")}
    write_stack(tmp_path, "Shop", both)

    with pytest.raises(DrawingError, match="two state machines are called Shop-A"):
        find_machines(tmp_path)


def test_a_folder_that_is_no_assembly_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DrawingError, match="must be what `cdk synth --output"):
        find_machines(tmp_path)


def test_what_is_drawn_is_current_until_something_changes(assembly: Path, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    machines = find_machines(assembly, stage="Dev")
    missing = [f"{folder / name}.svg is missing" for name in machines]
    assert stale(machines, folder) == missing

    drawn = draw(machines, folder)

    assert drawn == [folder / "Shop-Fulfil.svg", folder / "Shop-Refund.svg"]
    assert stale(machines, folder) == []
    assert draw(machines, folder) == []
    changed = {"Shop-Fulfil": machines["Shop-Refund"]}
    assert stale(changed, folder) == [
        f"{folder / 'Shop-Fulfil.svg'} is not what the state machine is now",
        f"{folder / 'Shop-Refund.svg'} is of no state machine that there is: delete it",
    ]
    assert draw(changed, folder) == [folder / "Shop-Fulfil.svg"]
    assert stale(changed, folder) == []


def test_a_picture_is_whole_and_the_same_on_every_machine(assembly: Path, tmp_path: Path) -> None:
    machines = find_machines(assembly, stage="Dev")
    (picture, _) = draw(machines, tmp_path / "once")
    (again, _) = draw(machines, tmp_path / "again")

    text = picture.read_text("utf-8")
    assert text == again.read_text("utf-8")
    assert ET.fromstring(text).tag == "{http://www.w3.org/2000/svg}svg"
    assert ">Ship</text>" in text
    assert "Generated" not in text
    assert 'fill="white"' not in text  # which a dark page would show


def test_without_graphviz_it_says_how_to_get_it(
    assembly: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(DrawingError, match="add @viz-js/viz to what"):
        draw(find_machines(assembly), tmp_path / "docs")


def test_the_command_draws_and_checks(assembly: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "blockwork", "workflows", str(assembly)]
    command.append(str(tmp_path / "docs"))

    def run(*more: str) -> tuple[int, str]:
        done = subprocess.run(
            [*command, *more], cwd=REPOSITORY, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout.splitlines()[-1]

    assert run("--check", "--stage", "Dev")[0] == 1
    assert run("--stage", "Dev") == (0, "2 drawn, 0 current")
    assert run("--stage", "Dev") == (0, "0 drawn, 2 current")
    assert run("--check", "--stage", "Dev") == (0, "2 pictures are current")
