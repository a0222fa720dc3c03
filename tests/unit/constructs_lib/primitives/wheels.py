"""A package of the tests' own."""

import hashlib
import zipfile
from collections.abc import Sequence
from pathlib import Path


def local_wheel(folder: Path, name: str = "tiny", requires: Sequence[str] = ()) -> Path:
    """Make a package that is installed without a registry."""
    wheel = folder / f"{name}-1-py3-none-any.whl"
    lines = ["Metadata-Version: 2.1", f"Name: {name}", "Version: 1"]
    lines += [f"Requires-Dist: {each}" for each in requires]
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(f"{name}.py", "SIZE = 1\n")
        archive.writestr(f"{name}-1.dist-info/METADATA", "\n".join([*lines, ""]))
        archive.writestr(f"{name}-1.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{name}-1.dist-info/RECORD", "")
    return wheel


def pinned(wheel: Path, marker: str = "") -> str:
    """Return the line of a lock that names a wheel as it is now."""
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    name = wheel.name.partition("-")[0]
    return f"{name} @ {wheel.as_uri()}{marker and f' ; {marker}'} --hash=sha256:{digest}"
