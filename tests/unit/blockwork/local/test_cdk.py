"""What the CDK's own command line is asked for."""

from pathlib import Path

import pytest

from blockwork.local import cdk
from blockwork.local.cdk import Cdk
from blockwork.local.errors import CommandError, LocalStageError


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where a program in its place writes the words that it is called with."""
    program, words = tmp_path / "cdk", tmp_path / "words"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {words}\n')
    program.chmod(0o755)
    monkeypatch.setattr(cdk, "cdk_program", lambda: program)
    return words


def test_stacks_of_nested_stages_are_deployed_too(said: Path, tmp_path: Path) -> None:
    Cdk(tmp_path, 4566, {}).deploy()

    assert said.read_text().split()[:2] == ["deploy", "**"]


def test_stacks_and_parameters_that_are_named_are_deployed(said: Path, tmp_path: Path) -> None:
    Cdk(tmp_path, 4566, {}, ["Shop-*"], {"Shop-Orders:Mail": "a b"}).deploy()

    words = said.read_text().splitlines()
    assert words[1:4] == ["Shop-*", "--parameters", "Shop-Orders:Mail=a b"]


def test_synthesis_looks_nothing_up(said: Path, tmp_path: Path) -> None:
    Cdk(tmp_path, 4566, {"stage": "local"}).synthesize()

    words = said.read_text().splitlines()
    assert "--no-lookups" in words
    assert words[words.index("-c") + 1] == "stage=local"


@pytest.mark.parametrize(
    ("output", "said_first"),
    [
        (
            "  Failed to bundle asset Shop/Pay/Code/Stage, bundle output is located at /x:"
            " Error: spawnSync docker ENOENT\n"
            '  File "/team/app.py", line 5, in <module>\n'
            '  File "/venv/lib/site-packages/jsii/_runtime.py", line 135, in __call__\n',
            "Shop/Pay (/team/app.py:5) is built by Docker",
        ),
        ("Error: spawnSync docker ENOENT", "A construct of the app is built by Docker"),
    ],
)
def test_a_synthesis_that_needs_docker_is_told_what_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str, said_first: str
) -> None:
    _failing(tmp_path, monkeypatch, output)

    with pytest.raises(LocalStageError) as refused:
        Cdk(tmp_path, 4566, {}).synthesize()

    assert str(refused.value).startswith(said_first)
    assert "local=" in str(refused.value)
    assert "cdk-synth.log" in str(refused.value)


def test_another_failure_of_a_synthesis_is_told_as_the_app_tells_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _failing(tmp_path, monkeypatch, "NameError: docker")

    with pytest.raises(CommandError, match="NameError: docker"):
        Cdk(tmp_path, 4566, {}).synthesize()


def _failing(folder: Path, monkeypatch: pytest.MonkeyPatch, output: str) -> None:
    """Let the CDK's command line end with an error."""
    program = folder / "cdk"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{output}\nEND\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(cdk, "cdk_program", lambda: program)
