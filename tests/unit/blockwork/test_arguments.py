"""No command answers to an argument, whatever it is, with a traceback or by taking it for none."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.core import TyperCommand, TyperGroup, TyperOption
from typer.testing import CliRunner

from blockwork.command.commands import COMMANDS, app, load

runner = CliRunner()
WITHOUT_A_STAGE = {"diff", "doctor", "lift-protection", "new", "openapi", "schemas", "workflows"}

NO_TEXT = ["", " ", "\t\n", "\udcff"]
NO_NUMBER = [
    *("", " ", "x", "0", "-1", "1.5", "1e3", "0x1000", "NaN", "70000", "9" * 30, "9" * 5000),
    *("4566;ls", "\udcff", "²"),
]
NO_FOLDER = ["", " ", "{file}", "{file}/below", "x" * 5000, "\udcff"]
NO_PATTERN = [*NO_TEXT, "{", "[]", "{}", "null", "7", '"x"', "[" * 100_000, '{"a":' * 100_000]
NO_STAGE = ["", "LOCAL", "nowhere", "dev ", "\udcff"]
NO_TIME = ["", "soon", "500ms ago", "\udcff", "9" * 5000]
GARBAGE = {
    "archive": NO_TEXT,
    "assembly": NO_FOLDER,
    "base": NO_FOLDER,
    "bus": NO_TEXT,
    "correlation_id": NO_TEXT,
    "debug_port": NO_NUMBER,
    "directory": NO_FOLDER,
    "folder": NO_FOLDER,
    "from_": NO_TIME,
    "function": NO_TEXT,
    "head": NO_FOLDER,
    "id_": NO_TEXT,
    "key": [*NO_TEXT, "GET", "orders", "GET orders", "TRACE /orders"],
    "limit": [*NO_NUMBER[:9], "\udcff"],
    "minutes": NO_NUMBER,
    "name": [*NO_TEXT, "/", "a b", "x" * 5000, "é"],
    "pattern": NO_PATTERN,
    "prefix": NO_TEXT,
    "port": NO_NUMBER,
    "reason": ["", " ", "\t\n"],
    "service": NO_TEXT,
    "stage": NO_STAGE,
    "thing": [*NO_TEXT, "../x", "class", "a b"],
    "to": NO_TIME,
    "to_rule": NO_TEXT,
    "type_": NO_TEXT,
}
GOOD = {
    "assembly": "cdk.out",
    "base": "cdk.out",
    "folder": "x",
    "from_": "1h ago",
    "id_": "x",
    "key": "GET /orders",
    "name": "shop",
    "reason": "x",
    "service": "vouchers",
}


def commands(group: TyperGroup, *path: str) -> Iterator[tuple[tuple[str, ...], TyperCommand]]:
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands(command, *path, name)
        elif isinstance(command, TyperCommand):
            yield (*path, name), command


def cases() -> Iterator[tuple[str, ...]]:
    """Give every command with every garbage for each of its parameters, and the rest as needed."""
    whole = TyperGroup(commands={name: load(name) for name in COMMANDS})
    for path, command in commands(whole):
        for asked in command.params:
            if getattr(asked, "is_flag", False):
                continue
            for garbage in GARBAGE[str(asked.name)]:
                words = [*path]
                for parameter in command.params:
                    value = garbage if parameter is asked else GOOD.get(str(parameter.name))
                    if value is not None and (parameter is asked or parameter.required):
                        is_option = isinstance(parameter, TyperOption)
                        words += [parameter.opts[0], value] if is_option else [value]
                yield tuple(words)


@pytest.mark.parametrize("words", list(cases()), ids=lambda words: ascii(" ".join(words))[:60])
def test_garbage_for_an_argument_is_refused_in_a_sentence(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "file"
    file.write_text("kept")
    given = [word.replace("{file}", str(file)) for word in words]
    is_about_another = "--directory" not in given and given[0] not in WITHOUT_A_STAGE
    if is_about_another:
        given += ["--directory", str(tmp_path / "never-started")]

    result = runner.invoke(app, given)

    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code in (1, 2)
    assert result.stderr.strip()
    got_as_far_as_the_stage = "is not there" in result.stderr
    assert not (is_about_another and got_as_far_as_the_stage)
    assert file.read_text() == "kept"
    assert sorted(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", '{"artifacts": []}', '{"artifacts": {"A": 7}}', "[" * 100_000],
)
def test_a_broken_assembly_is_named(content: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(content)

    folders = {"diff": 2, "doctor": 1, "lift-protection": 1, "openapi": 2, "workflows": 2}
    for command, count in folders.items():
        result = runner.invoke(app, [command, *[str(tmp_path)] * count])

        assert isinstance(result.exception, SystemExit), result.exception
        assert result.stderr.startswith(f"error: {tmp_path} is ")


@pytest.mark.parametrize("limit", GARBAGE["limit"])
def test_garbage_for_the_limit_of_a_comment_is_refused(limit: str, tmp_path: Path) -> None:
    result = runner.invoke(app, ["diff", str(tmp_path), str(tmp_path), "--limit", limit])

    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 2


@pytest.mark.parametrize("module", ["tools.verify", "blockwork.bench"])
def test_what_takes_no_such_argument_says_so_and_does_nothing(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", module, "--x"],
        env={**os.environ, "PYTHONPATH": "lambda_src"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr.startswith("usage: ")
    assert "Traceback" not in done.stderr
