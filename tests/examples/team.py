"""Another team: its app in a folder of its own, with what it installs and nothing of ours."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from functools import cached_property
from pathlib import Path

import uv

from blockwork.local.toolchain import tool_environment
from tests.account import ROOT, EmptyAccount
from tests.packaging.conftest import run

UNVALIDATED = {"CDK_VALIDATION": "false"}
"""The CDK's own validation takes as long as all the rest, and changes no template."""
NOT_COPIED = shutil.ignore_patterns("__pycache__", "cdk.out", ".build", ".venv", ".*_cache")
LOCKS = [ROOT / name for name in ("requirements.txt", "requirements-dev.txt")]


def must(done: subprocess.CompletedProcess[str]) -> str:
    """Return what a command has said on its standard output; all of it where it failed."""
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-6000:]
    return done.stdout


class Team:
    """An app that is copied out of the repository, with the wheel alone in `.venv`.

    :param name: of the folder it gets.
    :param folder: where the copy goes.
    :param wheels: a folder with the wheel, built.
    """

    def __init__(self, name: str, folder: Path, wheels: Path) -> None:
        self.name = name
        self.folder = folder / name
        self._wheels = wheels
        self._copy()
        if (self.folder / "package.json").is_file():  # npm has installed what it names
            (self.folder / "node_modules").symlink_to(ROOT / "node_modules")
        must(run(uv.find_uv_bin(), "venv", "--python", sys.executable, cwd=self.folder))
        self.install("pyproject.toml")

    def _copy(self) -> None:
        """Take the one of `examples` that is called so."""
        shutil.copytree(ROOT / "examples" / self.name, self.folder, ignore=NOT_COPIED)

    def install(self, *what: str) -> None:
        """Install what the project asks for, in the versions that we test."""
        locks = [word for lock in LOCKS for word in ("--constraint", lock)]
        lock = ["pip", "compile", "--generate-hashes", "--output-file", "locked.txt", *locks, *what]
        install = ["pip", "install", "--python", ".venv", "--require-hashes", "-r", "locked.txt"]
        for command in (lock, install):
            must(run(uv.find_uv_bin(), *command, "--find-links", self._wheels, cwd=self.folder))
        _spare_compiling(self.folder / ".venv")

    @property
    def python(self) -> Path:
        """The interpreter of its environment."""
        return self.folder / ".venv" / "bin" / "python"

    def run(
        self, *command: str | Path, cwd: Path | None = None, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command where the app is, as somebody who works on it."""
        path = f"{self.python.parent}{os.pathsep}{tool_environment()['PATH']}"
        return run(*command, cwd=cwd or self.folder, PATH=path, **variables)

    @cached_property
    def assembly(self) -> Path:
        """What the app is synthesised to, once, by what `cdk.json` names."""
        app = json.loads((self.folder / "cdk.json").read_text())["app"]
        assembly = self.folder / "cdk.out"
        must(self.run(*app.split(), cwd=None, CDK_OUTDIR=str(assembly), **UNVALIDATED))
        return assembly

    @cached_property
    def tests(self) -> Path:
        """What runs its own tests, with what these need beside: the extras of the wheel."""
        assert self.assembly  # made with the wheel alone
        self.install("--group", "test", "pyproject.toml")
        return self.python.parent / "pytest"

    def deploy(self, account: EmptyAccount) -> dict[str, str]:
        """Deploy all of it, and return what its stacks export."""
        words = ["--app", str(self.assembly), "--require-approval", "never"]
        words += ["--outputs-file", "outputs.json"]
        must(account.cdk("deploy", "--all", *words, cwd=self.folder))
        outputs: dict[str, dict[str, str]] = json.loads((self.folder / "outputs.json").read_text())
        return {name: value for each in outputs.values() for name, value in each.items()}


def _spare_compiling(environment: Path) -> None:
    """Take over what our environment's packages are compiled to, where their files are the same.

    Python compares time and size of the source; compiling the CDK takes longer than all the rest.
    """
    ours = Path(sysconfig.get_path("purelib"))
    (theirs,) = environment.glob("lib/python3.*/site-packages")
    for folder in ours.rglob("__pycache__"):
        there = theirs / folder.relative_to(ours)
        if there.parent.is_dir() and not there.exists():
            shutil.copytree(folder, there)
