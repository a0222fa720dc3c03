"""The interpreter that Lambda code is built for."""

import platform
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache

LAMBDA_PYTHON = "3.14"
LAMBDA_PLATFORM = "aarch64-manylinux2014"


@dataclass(frozen=True, kw_only=True)
class BuildTarget:
    """An interpreter and its platform: which wheels fit it, and whose bytecode it reads.

    :param python: minor version, such as `3.14`. Default: the one our functions run on in Lambda.
    :param platform: a platform of `uv pip install --python-platform`. Default: Lambda on arm64.
        `None` means this machine.
    """

    python: str = LAMBDA_PYTHON
    platform: str | None = LAMBDA_PLATFORM

    def __post_init__(self) -> None:
        """Refuse a version that names no minor release."""
        if not re.fullmatch(r"3\.\d+", self.python):
            raise ValueError(f"python must be a minor version such as '3.14', got {self.python!r}")

    @classmethod
    def this_machine(cls) -> "BuildTarget":
        """Return the target for code that runs here: the local stage's functions."""
        return cls(python=f"3.{sys.version_info.minor}", platform=None)

    @property
    def key(self) -> str:
        """What tells this target's files from another's, as part of a file name."""
        machine = self.platform or f"{sys.platform}-{platform.machine()}"
        return f"{machine}-{self.python}"

    @property
    def interpreter(self) -> str | None:
        """An interpreter of exactly this version, which alone can write its bytecode."""
        if self.python == f"3.{sys.version_info.minor}":
            return sys.executable
        found = shutil.which(f"python{self.python}")
        return found if found and _version(found) == self.python else None


@cache
def _version(interpreter: str) -> str | None:
    """Return its minor version; None where it does not run, as what a version manager leaves."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    command = [interpreter, "-I", "-c", code]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() or None
