"""Two makes that begin at the same time set up what they share once, one after the other."""

import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.waiting import eventually

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.txt", "requirements-dev.txt", "package-lock.json")
TOOL = """#!/bin/sh
name=$(basename "$0")
echo "begin $name $*" >>seen
sleep 0.5
case "$name $*" in "python -m pip "*) cp "$0" .venv/bin/uv ;; esac
echo "end $name $*" >>seen
"""
"""Stands for a tool that takes its time; the one that installs uv does so."""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a checkout in which nothing is set up."""
    for name in ("Makefile", "tools/shell", "blockwork/environment.py", "blockwork/alone.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    for name in LOCKS:
        (tmp_path / name).touch()
    (tmp_path / "node_modules").mkdir()
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("python", "npm"):
        (programs / name).write_text(TOOL)
        (programs / name).chmod(0o755)
    return tmp_path


def test_what_is_shared_is_set_up_once(checkout: Path) -> None:
    makes = [make(checkout, target) for target in ("test", "build", "lint")]

    said = [each.communicate() for each in makes]

    assert [each.returncode for each in makes] == [0, 0, 0], said
    assert set_up_calls(checkout) == {
        ("python", "-m pip"): 1,
        ("python", "-c import"): 1,  # sysconfig
        ("uv", "pip install"): 2,
        ("npm", "ci --loglevel=error"): 1,
    }
    assert any("Waiting for 'setting up python-packages' (process " in err for _, err in said)


def test_what_a_killed_make_has_begun_is_waited_for(checkout: Path) -> None:
    first = make(checkout, "build")
    eventually(lambda: "begin npm ci" in seen(checkout))
    first.kill()
    first.communicate()

    second = make(checkout, "build")
    _, said = second.communicate()

    assert second.returncode == 0, said
    calls = [line.split(" ")[:3] for line in seen(checkout).splitlines() if " npm " in line]
    assert [word for word, *_ in calls] == ["begin", "end"] * (len(calls) // 2)
    assert (checkout / "node_modules" / ".package-lock.json").is_file()


def make(folder: Path, target: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        ["make", "PYTHON=true", target],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def seen(folder: Path) -> str:
    file = folder / "seen"
    return file.read_text() if file.is_file() else ""


def set_up_calls(folder: Path) -> Counter[tuple[str, str]]:
    """Count the calls that set something up, by tool and first two words."""
    calls: Counter[tuple[str, str]] = Counter()
    for line in seen(folder).splitlines():
        word, tool, *words = line.split(" ")
        about = " ".join(words[:2])
        if word == "begin" and about not in ("-m tools.verify", "run --loglevel=error"):
            calls[tool, about] += 1
    return calls
