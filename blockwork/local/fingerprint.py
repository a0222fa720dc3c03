"""A short name for the content of files, to tell whether a step has to run again."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

BUILT = {"__pycache__", "node_modules", "dist", "cdk.out"}


def fingerprint(paths: Iterable[Path], *values: object) -> str:
    """Return a digest of the files' names and content, and of `values`.

    Folders count with every file below them, except what is hidden or built. A path that does not
    exist counts as missing, which is different from empty.
    """
    digest = hashlib.sha256(repr(values).encode())
    for path in paths:
        digest.update(f"\0{path.name}\0{path.exists()}".encode())
        for file in _files(path):
            name = file.relative_to(path.parent).as_posix()
            digest.update(f"\0{name}\0{hashlib.sha256(file.read_bytes()).hexdigest()}".encode())
    return digest.hexdigest()


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir():
        for child in sorted(path.iterdir()):
            if not child.name.startswith(".") and child.name not in BUILT:
                yield from _files(child)
