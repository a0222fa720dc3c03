"""The interpreter that Lambda code is built for."""

import platform
import re
import sys
from dataclasses import dataclass
from functools import cache

from aws_cdk import aws_lambda as lambda_

from blockwork.interpreters import find_interpreter

LAMBDA_PYTHON = "3.14"
LAMBDA_PLATFORM = "aarch64-manylinux2014"
LAMBDA_GLIBC = {"3.11": 26, "3.12": 34, "3.13": 34, "3.14": 34}
"""The Pythons that a new function may have, and the minor version of the C library beneath each.

Amazon Linux 2 has glibc 2.26, Amazon Linux 2023 has 2.34 (AWS Lambda, "Lambda runtimes").
"""
PLATFORM = re.compile(r"(x86_64|aarch64)-(?:manylinux(2014)|manylinux_2_(\d+)|unknown-linux-gnu)")
GNU_GLIBC = 28
"""What the name of a platform means that names no C library (uv, `--python-platform`)."""


@dataclass(frozen=True, kw_only=True)
class BuildTarget:
    """An interpreter and its platform: which wheels fit it, and whose bytecode it reads.

    :param python: minor version, such as `3.14`. Default: the one our functions run on in Lambda.
    :param platform: a platform of `uv pip install --python-platform`. Default: Lambda on arm64.
        `None` means this machine: for an emulator that runs functions with the machine's own
        Python, whatever a template says, which is then what Lambda has by default.
    :raises ValueError: if `python` names no minor release.
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
    def runtime(self) -> lambda_.Runtime:
        """What a template says of the Python.

        :raises ValueError: if Lambda has no such Python.
        """
        python = self.python if self.platform else LAMBDA_PYTHON
        if python not in LAMBDA_GLIBC:
            raise ValueError(
                f"python must be one that Lambda has, {', '.join(LAMBDA_GLIBC)}, got {python!r}"
            )
        return _runtime(python)

    @property
    def architecture(self) -> lambda_.Architecture:
        """What a template says of the processor.

        :raises ValueError: if Lambda runs nothing that was built for the platform.
        """
        platform_ = self.platform or LAMBDA_PLATFORM
        newest = LAMBDA_GLIBC.get(self.python, GNU_GLIBC)
        match = PLATFORM.fullmatch(platform_)
        if self.platform and (match is None or _glibc(match) > newest):
            raise ValueError(
                f"platform must be what Lambda has for Python {self.python}, aarch64-manylinux2014 "
                f"or x86_64-manylinux2014, up to …-manylinux_2_{newest}, got {platform_!r}"
            )
        return _architecture(platform_.partition("-")[0])

    @property
    def key(self) -> str:
        """What tells this target's files from another's, as part of a file name."""
        machine = self.platform or f"{sys.platform}-{platform.machine()}"
        return f"{machine}-{self.python}"

    @property
    def interpreter(self) -> str | None:
        """An interpreter of exactly this version, which alone can write its bytecode."""
        return find_interpreter(self.python)


def _glibc(platform_: re.Match[str]) -> int:
    return 17 if platform_[2] else int(platform_[3] or GNU_GLIBC)


@cache
def _runtime(python: str) -> lambda_.Runtime:
    runtime: lambda_.Runtime = getattr(lambda_.Runtime, f"PYTHON_{python.replace('.', '_')}")
    return runtime


@cache
def _architecture(processor: str) -> lambda_.Architecture:
    is_arm = processor == "aarch64"
    return lambda_.Architecture.ARM_64 if is_arm else lambda_.Architecture.X86_64
