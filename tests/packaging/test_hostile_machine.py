"""A fresh checkout on a machine whose owner has configured everything else, driven from outside."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from blockwork.environment import REACHES_REGISTRIES
from tests.conftest import free_port
from tests.hostile import HOSTILE, PROXIES
from tests.packaging.conftest import ROOT


class Machine:
    """A checkout in a folder with a name of its own kind, and somebody's home."""

    def __init__(self, folder: Path) -> None:
        self.checkout = folder / "Straße mit Platz"
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
        )
        for name in filter(None, listed.stdout.split("\0")):
            if (ROOT / name).is_file():
                (self.checkout / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, self.checkout / name)
        home = folder / "home"
        (home / ".aws").mkdir(parents=True)
        (home / ".aws" / "config").write_text("[default\nregion = mars")
        (home / ".cdk.json").write_text('{"profile": "gone", "app": "false", "output": "/nowhere"}')
        (home / ".npmrc").write_text("omit=dev\npackage-lock=false\n")
        startup = folder / "startup"
        startup.write_text("exit 9")
        self.environment = {
            **HOSTILE,
            "HOME": str(home),
            "BASH_ENV": str(startup),
            "PATH": os.environ["PATH"],
            # How this machine reaches its registries, and the packages it has had already.
            **{name: value for name, value in os.environ.items() if REACHES_REGISTRIES(name)},
        }

    def make(self, *words: str, **further: str) -> str:
        """Run make as its owner would, and return what it says."""
        done = subprocess.run(
            ["make", *words],
            cwd=self.checkout,
            env={**self.environment, **further},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            umask=0o077,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        assert "Traceback" not in done.stdout
        return done.stdout


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path)
    yield made
    made.make("clean")


def test_the_local_stage_comes_up_from_nothing_and_again_behind_a_proxy(machine: Machine) -> None:
    port = f"PORT={free_port()}"

    first = machine.make("up", port)
    machine.make("down")
    again = machine.make("up", port, HOME="/dev/null", **PROXIES)

    assert "Deployment" in first
    assert "Deployment" not in again
    assert "Sign in as  administrator@" in first
    assert "Sign in as  administrator@" in again
    assert "The local stage is running: " in machine.make("status", **PROXIES)
    assert "Successfully synthesized" in machine.make("synth", "STAGE=dev")
