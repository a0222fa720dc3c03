"""Zips that Lambda loads: the same bytes from the same files, told apart by what is in them."""

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path, PurePosixPath

from aws_cdk import AssetHashType
from aws_cdk import aws_lambda as lambda_

BUILD_FOLDER = Path(".build")
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def asset(zipped: Path) -> lambda_.Code:
    """Return a zip as code of a function or a layer."""
    return lambda_.Code.from_asset(
        str(zipped.resolve()),
        asset_hash=content_hash(zipped),
        asset_hash_type=AssetHashType.CUSTOM,
    )


def content_hash(built: Path) -> str:
    """Return what tells a zip from one with other sources or packages, wherever it was built.

    Not of its bytes: those depend on who compressed them, and bytecode on what is installed.
    """
    state = built.stat()
    return _content_hash(built.resolve(), state.st_mtime_ns, state.st_size)


@cache
def _content_hash(built: Path, *_state: int) -> str:
    """Return it, read once: the stacks of an app share their layers."""
    digest = hashlib.sha256()
    with zipfile.ZipFile(built) as archive:
        for entry in sorted(archive.infolist(), key=lambda each: each.filename):
            if PurePosixPath(entry.filename).parent.name != "__pycache__":
                head = f"{entry.filename}\0{entry.external_attr}\0{entry.file_size}\0"
                digest.update(head.encode() + archive.read(entry))
    return digest.hexdigest()


def write_zip(files: Mapping[str, tuple[int, bytes]], built: Path) -> None:
    """Write a zip that is the same wherever and whenever it is written.

    :param files: mode and content by name.
    """
    built.parent.mkdir(parents=True, exist_ok=True)
    descriptor, partial = tempfile.mkstemp(dir=built.parent)
    os.close(descriptor)
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (mode, content) in sorted(files.items(), key=lambda file: PurePosixPath(file[0])):
            entry = zipfile.ZipInfo(name, ZIP_EPOCH)
            entry.create_system = 3  # the system that modes are of: Unix
            entry.external_attr = mode << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    Path(partial).replace(built)
