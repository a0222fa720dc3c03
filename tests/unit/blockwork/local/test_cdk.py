"""What the CDK's own command line is asked for."""

from pathlib import Path

import pytest

from blockwork.local import cdk
from blockwork.local.cdk import Cdk


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
