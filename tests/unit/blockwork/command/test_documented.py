"""`docs/command.md` is complete: commands, settings, and what each tells a machine."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
import pytest
from typer.core import TyperCommand, TyperGroup

from blockwork.command.commands import COMMANDS, load
from blockwork.command.settings import Settings
from blockwork.diff.differences import Difference
from blockwork.doctor.finding import Finding
from blockwork.events.cli import replayed
from blockwork.failures.messages import Message, as_json, recognise
from blockwork.failures.redrive import Result
from blockwork.failures.report import counted, ended, possible_of
from blockwork.local import cli
from blockwork.local.account import Deployed
from blockwork.local.cli import state_of
from blockwork.local.logs import Line
from blockwork.new.outcome import Outcome
from tests.unit.blockwork.command.program import ROOT

TEXT = (ROOT / "docs" / "command.md").read_text(encoding="utf-8")
SHAPE = re.compile(r"^### `blockwork ([^`]*) --json`$(?:.*?)^```json\n(.*?)^```$", re.M | re.S)
SHAPES: dict[str, Any] = {name: json.loads(text) for name, text in SHAPE.findall(TEXT)}
STREAMS = {"events tail"}
"""Whole events, as the bus has them."""


def commands() -> Iterator[tuple[str, TyperCommand]]:
    for name in COMMANDS:
        found = load(name)
        several = found.commands if isinstance(found, TyperGroup) else {"": found}
        for below, command in several.items():
            assert isinstance(command, TyperCommand)
            yield f"{name} {below}".strip(), command


ALL = dict(commands())


@pytest.mark.parametrize("name", ALL)
def test_every_command_is_in_its_table_and_has_an_example_of_itself(name: str) -> None:
    assert f"\n| `blockwork {name}` | " in TEXT
    assert f"Example: blockwork {name}" in (ALL[name].help or "")


def test_no_other_command_is_there() -> None:
    assert set(re.findall(r"^\| `blockwork ([^`]+)` \|", TEXT, re.M)) == set(ALL)


def keys(kind: type[msgspec.Struct], prefix: str = "") -> Iterator[str]:
    for name, hint in get_type_hints(kind).items():
        of_one = isinstance(hint, type) and issubclass(hint, msgspec.Struct)
        yield from keys(hint, f"{name}.") if of_one else [f"{prefix}{name}"]


def test_every_setting_is_in_its_table() -> None:
    assert re.findall(r"^\| `([\w.]+)` \|", TEXT, re.M) == list(keys(Settings))


def within(kind: type[msgspec.Struct], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the keys of what a setting has several of, by the setting."""
    for name, hint in get_type_hints(kind).items():
        if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
            yield from within(hint, f"{name}.")
        for each in get_args(hint) if get_origin(hint) in (tuple, dict) else ():
            if isinstance(each, type) and issubclass(each, msgspec.Struct):
                yield from ((f"{prefix}{name}", key) for key in each.__struct_fields__)


@pytest.mark.parametrize(("setting", "key"), list(within(Settings)))
def test_each_key_of_what_there_may_be_several_of_is_named(setting: str, key: str) -> None:
    (row,) = (line for line in TEXT.splitlines() if line.startswith(f"| `{setting}` |"))

    assert f"`{key}`" in row


def test_every_command_that_speaks_to_machines_has_its_shape_shown() -> None:
    speaking = {
        "new" if name.startswith("new ") else name
        for name, command in ALL.items()
        if any("--json" in parameter.opts for parameter in command.params)
    }

    shown = {name.removesuffix(" --dry-run") for name in SHAPES}
    assert speaking - STREAMS == shown


THEN = datetime(2030, 1, 31, tzinfo=UTC)
FAILURE = recognise(Message(id="m", receipt="r", body="{}", sent_at=THEN, attributes={}))


class Group:
    """A stage's processes."""

    def members(self) -> list[int]:
        return [1]

    def memory(self) -> int:
        return 1


def a_stage(*, runs: bool) -> Any:
    emulator = SimpleNamespace(
        group=Group(), is_running=lambda: runs, silent=lambda _port: [], log="emulator.log"
    )
    app = SimpleNamespace(fakes=(), companions=())
    stack = Deployed(name="S", status="", account="", region="", outputs={})
    account = SimpleNamespace(deployed=lambda: [stack])
    return SimpleNamespace(emulator=emulator, directory=".local", port=1, app=app, account=account)


def state_of_one_that_runs() -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cli, "answers", lambda _port: True)
        return state_of(a_stage(runs=True))


MADE = Outcome(root=Path("shop"), by_hand=[(Path("app.py"), "why", "a line")])
TOLD = {
    "new": MADE.as_json(),
    "local status": state_of_one_that_runs(),
    "local logs": Line(time=1.0, function="f", message="m", more={"order_id": "7"}).as_json(),
    "failures list": counted({"orders": [FAILURE]}, {"orders": 0}),
    "failures show": [{"service": "orders", **as_json(FAILURE)}],
    "failures redrive": {
        **ended(Result(redriven=1, failed=[(FAILURE, "why")])),
        "interrupted": False,
    },
    "failures redrive --dry-run": possible_of([FAILURE]),
    "events replay": {"from": "", "to": "", **replayed("", ["rule"], Counter(), dry_run=True)},
    "diff": [asdict(Difference(stacks=("S",), text="", risks=(), stale=()))],
    "doctor": [Finding.problem("what", why="why", do="do").as_json()],
}


@pytest.mark.parametrize("name", TOLD)
def test_what_is_told_has_the_keys_that_are_shown(name: str) -> None:
    assert shape(TOLD[name]) == shape(SHAPES[name])


def test_what_is_told_of_a_stage_that_does_not_run_is_what_comes_first() -> None:
    assert list(state_of(a_stage(runs=False))) == list(SHAPES["local status"])[:2]


def shape(told: Any) -> Any:
    """Return its keys, as deep as the first entry of each list."""
    if isinstance(told, dict):
        return {key: None if key in FREE else shape(value) for key, value in told.items()}
    if isinstance(told, list | tuple):
        return [shape(each) for each in told[:1] if isinstance(each, dict)]
    return None


FREE = {"attributes", "message", "events", "more"}
"""Whose keys are the app's own."""
