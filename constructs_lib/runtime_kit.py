"""The runtime kit as functions carry it: of `blockwork.runtime`, the modules that they import."""

import zipfile
from functools import cache
from pathlib import Path

LIBRARY = "blockwork"
KIT = f"{LIBRARY}.runtime"
INSTALLED = Path(__file__).resolve().parents[1]
"""The folder on the import path that the library is installed in."""
PARTS = ((INSTALLED, f"{LIBRARY}/__init__"), (INSTALLED, f"{LIBRARY}/runtime"))
PACKAGES = {"msgspec": "msgspec", "aws_lambda_powertools": "aws-lambda-powertools"}
"""What the kit imports besides Lambda's own packages, and the packages that have it."""


def refuse_of_the_library(file: Path, line: int, module: str) -> None:
    """Refuse a module of the library that is for other places than functions.

    :raises ValueError: names file and line, and what there is for functions.
    """
    if module.startswith(f"{LIBRARY}.") and not f"{module}.".startswith(f"{KIT}."):
        raise ValueError(
            f"{file}:{line}: of the library a function may import {KIT}, got {module!r}, which "
            "works on the machine of a person"
        )


def modules_of_the_kit(zipped: Path) -> str:
    """Return the names of the kit's modules in a function's zip, a line each."""
    with zipfile.ZipFile(zipped) as archive:
        files = [name for name in archive.namelist() if name.startswith(f"{LIBRARY}/")]
    return "\n".join(name for name in files if name.endswith(".py"))


def packages_needed(modules: str) -> set[str]:
    """Return the packages that modules of the kit import, by registries' names.

    Those of each module are known once; most functions carry the same.
    """
    return {package for name in modules.splitlines() for package in _packages(name)}


@cache
def _packages(name: str) -> frozenset[str]:
    imported = {
        line.split()[1].partition(".")[0]
        for line in (INSTALLED / name).read_text("utf-8").splitlines()
        if line.startswith(("import ", "from "))
    }
    return frozenset(PACKAGES[each] for each in imported & PACKAGES.keys())
