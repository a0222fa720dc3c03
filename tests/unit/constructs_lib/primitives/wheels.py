"""A package of the tests' own."""

import hashlib
import zipfile
from pathlib import Path


def local_wheel(folder: Path) -> Path:
    """Make a package that is installed without a registry."""
    wheel = folder / "tiny-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("tiny.py", "SIZE = 1\n")
        archive.writestr(
            "tiny-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1\n"
        )
        archive.writestr("tiny-1.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr("tiny-1.dist-info/RECORD", "")
    return wheel


def pinned(wheel: Path, marker: str = "") -> str:
    """Return the line of a lock that names a wheel as it is now."""
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    return f"tiny @ {wheel.as_uri()}{marker and f' ; {marker}'} --hash=sha256:{digest}"
