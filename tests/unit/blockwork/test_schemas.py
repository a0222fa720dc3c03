import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from shared.events import EVENTS
from typer.testing import CliRunner, Result

from blockwork.command.commands import app
from blockwork.schemas import breaking_changes, file_of, schema_of, text_of, write

FOLDER = Path(__file__).parents[3] / "docs" / "events"
OLD: dict[str, Any] = {
    "type": "object",
    "properties": {"data": {"$ref": "#/$defs/Data"}},
    "required": ["data"],
    "$defs": {
        "Data": {
            "title": "Data",
            "type": "object",
            "properties": {
                "voucherId": {"type": "string"},
                "title": {"type": "string"},
                "status": {"enum": ["PAID", "ISSUED"]},
                "steps": {"type": "array", "items": {"$ref": "#/$defs/Step"}},
                "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
            },
            "required": ["voucherId", "title", "status", "steps"],
        },
        "Step": {
            "type": "object",
            "properties": {"name": {"type": "string"}},
            "required": ["name"],
        },
    },
}


def changed(**fields: Any) -> dict[str, Any]:
    """Return the schema with other fields in its data; None takes one away."""
    new = deepcopy(OLD)
    properties = new["$defs"]["Data"]["properties"]
    for name, field in fields.items():
        if field is None:
            del properties[name]
        else:
            properties[name] = field
    return new


def needing(*names: str) -> dict[str, Any]:
    new = changed(code={"type": "string"})
    new["$defs"]["Data"]["required"] = list(names)
    return new


@pytest.mark.parametrize("name", EVENTS)
def test_the_committed_schema_is_that_of_the_code(name: str) -> None:
    kind = EVENTS[name]

    assert file_of(kind, FOLDER).read_text(encoding="utf-8") == text_of(kind), "run `make schemas`"


@pytest.mark.parametrize("name", EVENTS)
def test_the_code_understands_all_that_the_committed_schema_allows(name: str) -> None:
    kind = EVENTS[name]
    committed = json.loads(file_of(kind, FOLDER).read_text(encoding="utf-8"))

    assert breaking_changes(committed, schema_of(kind)) == []


def test_every_committed_schema_is_of_an_event_there_is() -> None:
    assert {file.name.split(".")[0] for file in FOLDER.glob("*.json")} == set(EVENTS)


@pytest.mark.parametrize(
    "new",
    [
        OLD,
        changed(code={"type": "string", "default": ""}),
        changed(status={"enum": ["MAILED", "ISSUED", "PAID"]}),
        changed(title={"type": "string", "description": "What it is called"}),
        OLD | {"title": "Another"},
    ],
)
def test_harmless_changes_are_allowed(new: dict[str, Any]) -> None:
    assert breaking_changes(OLD, new) == []


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (changed(title=None), ["event.data.title is gone"]),
        (changed(note=None), ["event.data.note is gone"]),
        (
            changed(title=None, heading={"type": "string"}),
            ["event.data.title is gone"],
        ),
        (
            changed(voucherId={"type": "integer"}),
            ['event.data.voucherId had type "string", now has type "integer"'],
        ),
        (
            changed(voucherId={"type": "string", "pattern": "^v"}),
            ['event.data.voucherId had no pattern, now has pattern "^v"'],
        ),
        (
            changed(title={"enum": ["Mr"]}),
            [
                'event.data.title had no enum, now has enum ["Mr"]',
                'event.data.title had type "string", now has no type',
            ],
        ),
        (changed(status={"enum": ["PAID"]}), ["event.data.status may no longer be 'ISSUED'"]),
        (
            changed(steps={"type": "array", "items": {"type": "string"}}),
            [
                "event.data.steps[].name is gone",
                'event.data.steps[] had properties {"name": {"type": "string"}},'
                " now has no properties",
                'event.data.steps[] had type "object", now has type "string"',
            ],
        ),
        (
            changed(note={"anyOf": [{"type": "integer"}, {"type": "null"}], "default": None}),
            [
                'event.data.note had anyOf [{"type": "string"}, {"type": "null"}],'
                ' now has anyOf [{"type": "integer"}, {"type": "null"}]'
            ],
        ),
        (
            needing("voucherId", "title", "status", "steps", "code"),
            ["event.data.code is new and required"],
        ),
        (
            needing("voucherId", "title", "status", "steps", "note"),
            ["event.data.note became required"],
        ),
        (needing("voucherId", "title", "steps"), ["event.data.status became optional"]),
    ],
)
def test_what_would_break_readers_is_named(new: dict[str, Any], said: list[str]) -> None:
    assert breaking_changes(OLD, new) == said


def test_a_change_inside_of_what_is_referred_to_is_seen() -> None:
    new = deepcopy(OLD)
    new["$defs"]["Step"]["properties"]["name"] = {"type": "integer"}

    assert breaking_changes(OLD, new) == [
        'event.data.steps[].name had type "string", now has type "integer"'
    ]


def test_writing_makes_a_schema_of_every_event(tmp_path: Path) -> None:
    assert write(EVENTS.values(), tmp_path) == []

    assert {file.stem for file in tmp_path.iterdir()} == {
        f"{name}.v{kind.VERSION}" for name, kind in EVENTS.items()
    }


def test_writing_refuses_to_overwrite_a_contract_that_would_be_broken(tmp_path: Path) -> None:
    write(EVENTS.values(), tmp_path)
    file = file_of(EVENTS["VoucherPaid"], tmp_path)
    before = json.loads(file.read_text())
    before["$defs"]["VoucherPaid"]["properties"]["amount"] = {"type": "integer"}
    file.write_text(json.dumps(before))

    (refusal,) = write(EVENTS.values(), tmp_path)

    assert "VoucherPaid has changed too much for version 1: event.data.amount had" in refusal
    assert "Raise its VERSION to 2" in refusal
    assert json.loads(file.read_text()) == before


def test_the_command_writes_the_events_of_the_settings_and_says_what_it_refused(
    tmp_path: Path,
) -> None:
    def schemas(*more: str) -> Result:
        return CliRunner().invoke(app, ["schemas", str(tmp_path), *more])

    assert schemas("--check").exit_code == 1
    assert schemas().exit_code == 0
    assert {file.name.split(".")[0] for file in tmp_path.iterdir()} == set(EVENTS)
    assert schemas("--check").exit_code == 0
    file = file_of(EVENTS["TaskOpened"], tmp_path)
    file.write_text(file.read_text().replace("taskId", "ticketId"))

    refused = schemas()

    assert refused.exit_code == 1
    assert "error: TaskOpened has changed too much for version 1" in refused.stderr
