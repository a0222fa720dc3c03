"""Another team: its app in a folder of its own, with what it installs and nothing of ours."""

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path

import uv

from blockwork.local.toolchain import tool_environment
from blockwork.new.making import new_app
from tests.account import ROOT
from tests.packaging.conftest import run

UNVALIDATED = {"CDK_VALIDATION": "false"}
"""The CDK's own validation takes as long as all the rest, and changes no template."""
NOT_COPIED = shutil.ignore_patterns(
    "__pycache__", "cdk.out", ".build", ".venv", ".*_cache", ".local"
)
LOCKS = [ROOT / name for name in ("requirements.txt", "requirements-dev.txt")]
MADE_ONCE = ("cache", "cdk-cli", "emulator-venv", "stamps")
"""What the command builds in an app's `.local` and each app would have the same of."""
PLATFORM = ("stacks", "lambda_src", "site")
FILES = ("app.py", "cdk.json", "package.json", "stages.toml")
PROJECT = """
[project]
name = "platform"
version = "0"
requires-python = ">=3.11"
dependencies = ["blockwork-cdk", "psutil"]
"""


def must(done: subprocess.CompletedProcess[str]) -> str:
    """Return what a command has said on its standard output; all of it where it failed."""
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-6000:]
    return done.stdout


class Environment:
    """The wheel with its extras, installed once for all teams.

    :param folder: where it goes, with what the command builds for each app alike.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.bin = folder / ".venv" / "bin"
        must(run(uv.find_uv_bin(), "venv", "--python", sys.executable, cwd=folder))

    def install(self, projects: Mapping[Path, Sequence[str]], wheels: Path) -> None:
        """Install what projects and these groups of theirs ask for, in the versions we test.

        :param wheels: a folder with the wheel, built.
        """
        locks = [word for lock in LOCKS for word in ("--constraint", lock)]
        asked: list[str | Path] = [*projects]
        asked += [
            word
            for project, groups in projects.items()
            for group in groups
            for word in ("--group", f"{project}:{group}")
        ]
        lock = ["pip", "compile", "--generate-hashes", "--output-file", "locked.txt", *locks]
        install = ["pip", "install", "--python", ".venv", "--require-hashes", "-r", "locked.txt"]
        for command in ([*lock, *asked], install):
            must(run(uv.find_uv_bin(), *command, "--find-links", wheels, cwd=self._folder))
        _spare_compiling(self._folder / ".venv")

    def share(self, app: Path) -> None:
        """Let an app find what the command has built for another one."""
        (app / ".local").mkdir()
        for name in MADE_ONCE:
            (self._folder / name).mkdir(exist_ok=True)
            (app / ".local" / name).symlink_to(self._folder / name)


class Team:
    """An app that is copied out of the repository.

    :param name: of the folder it gets.
    :param folder: where the copy goes.
    :param environment: where the wheel is installed.
    """

    def __init__(self, name: str, folder: Path, environment: Environment) -> None:
        self.name = name
        self.folder = folder / name
        self.bin = environment.bin
        self._copy()
        environment.share(self.folder)
        if (self.folder / "package.json").is_file():  # npm has installed what it names
            (self.folder / "node_modules").symlink_to(ROOT / "node_modules")

    def _copy(self) -> None:
        """Take the one of `examples` that is called so."""
        shutil.copytree(ROOT / "examples" / self.name, self.folder, ignore=NOT_COPIED)

    def mend(self, file: str, wrong: str, right: str) -> None:
        """Change one place of the app's code."""
        path = self.folder / file
        code = path.read_text()
        assert code.count(wrong) == 1, code
        path.write_text(code.replace(wrong, right))

    def run(
        self, *command: str | Path, cwd: Path | None = None, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command where the app is, as somebody who works on it."""
        path = f"{self.bin}{os.pathsep}{tool_environment()['PATH']}"
        return run(*command, cwd=cwd or self.folder, PATH=path, **variables)

    def types(self, *files: str) -> subprocess.CompletedProcess[str]:
        """Let mypy check what the project names, or these files; it reads the library once."""
        cache = str(self.folder.parent / ".mypy_cache")
        return self.run(self.bin / "mypy", *files, MYPY_CACHE_DIR=cache)

    def blockwork(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the command as its wheel installs it, where nothing of ours is on the path."""
        seen = {name: value for name, value in tool_environment().items() if name != "PYTHONPATH"}
        seen["PATH"] = os.pathsep.join([str(self.bin), os.defpath])
        return subprocess.run(
            ["blockwork", *words],
            cwd=self.folder,
            env=seen,
            capture_output=True,
            text=True,
            check=False,
        )


class NewTeam(Team):
    """Whoever begins an app."""

    def _copy(self) -> None:
        new_app(self.folder)


class PlatformTeam(Team):
    """Whoever runs the platform, with none of the library's sources beside it."""

    def _copy(self) -> None:
        for name in PLATFORM:
            shutil.copytree(ROOT / name, self.folder / name, ignore=NOT_COPIED)
        for name in FILES:
            shutil.copy(ROOT / name, self.folder)
        (self.folder / "pyproject.toml").write_text(PROJECT)


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
