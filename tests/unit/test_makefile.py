"""What `make` says where a tool that it calls fails."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAKEFILE = ROOT / "Makefile"
INSTALLED = [".venv/bin/uv", ".venv/.ready", ".venv/.ready-dev", "node_modules/.package-lock.json"]
"""What make builds, in its order."""
FAILS = """#!/bin/sh
case " $* " in *" --silent "* | *" -s "* | *" --loglevel=silent "* | *" -qq "*) exit 7 ;; esac
echo "error code E_STAND_IN: the registry does not answer" >&2
exit 7
"""
"""Fails as npm, uv and pip do: with the cause, unless told to keep it."""


@pytest.mark.parametrize(
    ("target", "tool", "what"),
    [
        ("node_modules/.package-lock.json", "npm", "what package-lock.json names"),
        (".venv/.ready-dev", "uv", "what requirements-dev.txt names"),
        (".venv/.ready", "uv", "what requirements.txt names"),
        (".venv/bin/uv", "python", "uv, the lines"),
    ],
)
def test_an_installation_that_fails_shows_the_cause_and_what_to_do(
    tmp_path: Path, target: str, tool: str, what: str
) -> None:
    result = make(checkout(tmp_path, upto=target, broken=tool), target)

    assert "error code E_STAND_IN: the registry does not answer" in result.stderr
    assert f"error: could not install {what}" in result.stderr
    assert "then run make again" in result.stderr
    assert result.returncode != 0
    assert not (tmp_path / target).exists()


def test_a_web_app_that_cannot_be_built_shows_the_cause(tmp_path: Path) -> None:
    result = make(checkout(tmp_path, upto="build", broken="npm"), "build")

    assert "error code E_STAND_IN" in result.stderr
    assert result.returncode != 0


def test_the_command_is_a_program_of_the_checkouts_own_python(tmp_path: Path) -> None:
    program = ".venv/bin/blockwork"
    folder = checkout(tmp_path, upto="build", broken="npm")

    assert make(folder, program).returncode == 0

    first, *_ = (folder / program).read_text().splitlines()
    assert first == f"#!{folder}/.venv/bin/python"
    assert os.access(folder / program, os.X_OK)
    runs = f"import runpy; runpy.run_path({str(folder / program)!r}, run_name='__main__')"
    told = subprocess.run(
        [sys.executable, "-c", runs, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Usage: blockwork" in told.stdout, told.stderr


def checkout(folder: Path, *, upto: str, broken: str) -> Path:
    """Make a checkout in which everything before a target is installed, and one tool fails."""
    (folder / "Makefile").write_text(MAKEFILE.read_text())
    for name in ("requirements.txt", "requirements-dev.txt", "package-lock.json"):
        (folder / name).touch()
    for name in ("tools/shell", "blockwork/environment.py", "blockwork/alone.py"):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    tools = folder / ".venv" / "bin"
    tools.mkdir(parents=True)
    (folder / "node_modules").mkdir()
    for place in INSTALLED[: INSTALLED.index(upto) if upto in INSTALLED else None]:
        (folder / place).touch()
    (tools / broken).write_text(FAILS)
    (tools / broken).chmod(0o755)
    return folder


def make(folder: Path, target: str) -> "subprocess.CompletedProcess[str]":
    """Run make with a Python that makes no environment: the checkout has one."""
    return subprocess.run(
        ["make", "PYTHON=true", target],
        cwd=folder,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
