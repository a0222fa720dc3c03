"""Find the Python that can write a target's bytecode: one that runs and is what its name says.

A version manager leaves programs named `python3.14` where there is no 3.14, or where another one is
chosen: they end with an error, ask something, or start another version. Such a program is no
interpreter; the next one on the path may be, or the one that the version manager keeps.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PATIENCE_SECONDS = 30
"""A program that has not said by then what it is will not: an interpreter takes a tenth of one."""
ASK = "import compileall, sys; print(sys.implementation.cache_tag)"
"""What bytecode it writes (PEP 3147), if it can write any."""


def find_interpreter(python: str) -> str | None:
    """Return a program that writes the bytecode of CPython's minor version, None without one.

    :param python: such as `3.14`.
    """
    if sys.implementation.cache_tag == tag_of(python):
        return sys.executable
    return next((each for each in programs_named(python) if is_interpreter(each, python)), None)


def tag_of(python: str) -> str:
    """Return what CPython's minor version calls its bytecode."""
    return f"cpython-{python.replace('.', '')}"


def is_interpreter(program: str, python: str) -> bool:
    """Tell whether a program is a CPython of this minor version that runs."""
    return bytecode_of(program) == tag_of(python)


def programs_named(python: str) -> Iterator[str]:
    """Yield the programs that bear a version's name, whatever they are: those of the path first.

    Beside the folder `shims` of pyenv and its like lies what they stand for, chosen or not.
    """
    folders = os.get_exec_path()
    kept = [
        str(folder)
        for shims in map(Path, folders)
        if shims.name == "shims"
        for folder in sorted(shims.parent.glob(f"versions/{python}*/bin"))
    ]
    for folder in dict.fromkeys([*folders, *kept]):
        if found := shutil.which(f"python{python}", path=folder):
            yield found


@cache
def bytecode_of(program: str) -> str | None:
    """Return the tag of the bytecode that a program writes, None if it is no interpreter."""
    return said_by(program, "-I", "-c", ASK)


def said_by(program: str, *arguments: str) -> str | None:
    """Return what a program says of itself, None if it fails, cannot be run or never says."""
    try:
        process = subprocess.Popen(
            [program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return None
    with process:
        try:
            said, _ = process.communicate(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # with what it has started: they hold its output
            return None
    return None if process.returncode else said.decode(errors="replace").strip()
