"""Whatever somebody has exported, no target of the Makefile starts anything that sees it."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.hostile import HOSTILE, REGISTRIES

ROOT = Path(__file__).parents[2]
TARGETS = re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE)
SIGN_IN = {"diff", "deploy", "verify"}
TOOLS = ("python", "uv", "npm", "cdk", "ruff")
INSTALLED = (".venv/bin/uv", ".venv/.ready", ".venv/.ready-dev", "node_modules/.package-lock.json")
TELLS = """#!/bin/sh
{ echo "$(basename "$0") $*"; env; } >"$PWD/seen/$(basename "$0")-$$"
"""
"""Stands for a tool: writes down how it was called, and the environment it was called in."""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a checkout with nothing but the Makefile and tools that tell what they see."""
    folder = tmp_path / "Straße mit Platz"
    for name in ("Makefile", "tools/shell", "blockwork/environment.py", "blockwork/alone.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    for name in ("requirements.txt", "requirements-dev.txt", "package-lock.json", "app.py"):
        (folder / name).touch()
    (folder / "seen").mkdir()
    (folder / "node_modules").mkdir()
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in TOOLS:
        (programs / name).write_text(TELLS)
        (programs / name).chmod(0o755)
    for name in INSTALLED:
        (folder / name).touch()
    return folder


@pytest.mark.parametrize("target", ["set-up", *(name for name in TARGETS if name != "help")])
def test_no_target_hands_on_what_was_exported_for_something_else(
    checkout: Path, target: str
) -> None:
    startup = checkout / "startup"
    startup.write_text("exit 9")
    hostile = {**HOSTILE, "BASH_ENV": str(startup), "HOME": "/dev/null"}

    if target == "set-up":
        forget_what_is_installed(checkout)
    seen = make(checkout, "test" if target == "set-up" else target, hostile)

    assert seen
    for call, variables in seen.items():
        signs_in = target in SIGN_IN
        assert not [
            name
            for name, value in hostile.items()
            if variables.get(name) == value and not (signs_in and name.startswith("AWS_"))
        ], call
        assert ("AWS_PROFILE" in variables) == signs_in
        assert "mars" not in call
        assert "80" not in call.split()


def test_what_reaches_the_registries_gets_through(checkout: Path) -> None:
    forget_what_is_installed(checkout)

    seen = make(checkout, "test", REGISTRIES)

    assert {"uv", "npm"} <= {call.split()[0] for call in seen}
    for call, variables in seen.items():
        assert not REGISTRIES.items() - variables.items(), call


@pytest.mark.parametrize(("target", "tool"), [("synth", "cdk"), ("deploy", "cdk")])
def test_a_stage_is_chosen_on_the_command_line(checkout: Path, target: str, tool: str) -> None:
    seen = make(checkout, target, {"STAGE": "prod"}, "STAGE=staging")

    calls = " ".join(call for call in seen if call.startswith(tool))
    assert "-c stage=staging" in calls
    assert "prod" not in calls


def test_only_a_deployment_has_the_home_of_a_person(checkout: Path, tmp_path: Path) -> None:
    homes = {
        target: {
            variables["HOME"]
            for call, variables in make(checkout, target, {"HOME": str(tmp_path)}).items()
            if call.startswith("cdk")
        }
        for target in ("synth", "deploy")
    }

    assert homes == {
        "synth": {str(checkout / ".local" / "home")},  # not ~/.cdk.json
        "deploy": {str(tmp_path)},  # ~/.aws
    }


def forget_what_is_installed(checkout: Path) -> None:
    for name in INSTALLED[1:]:
        (checkout / name).unlink()


def make(
    folder: Path, target: str, environment: dict[str, str], *choices: str
) -> dict[str, dict[str, str]]:
    """Run a target and return every call of a tool, with the variables it saw."""
    for old in (folder / "seen").iterdir():
        old.unlink()
    done = subprocess.run(
        ["make", target, *choices],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen = {}
    for file in (folder / "seen").iterdir():
        call, *lines = file.read_text().splitlines()
        seen[call] = dict(line.split("=", 1) for line in lines if "=" in line)
    return seen
