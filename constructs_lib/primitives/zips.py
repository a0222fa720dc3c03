"""Zips that Lambda loads: the same bytes from the same files, told apart by what is in them."""

import hashlib
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
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
    return noted(built, "content", _content_hash)


def noted(built: Path, what: str, find: Callable[[Path], str]) -> str:
    """Return what there is to know of a zip, from the note beside it if it is of this very zip.

    Reading all zips of an app takes a tenth of its synthesis, and they hardly ever change.

    :param what: its name in the note; another one if something else is found in the same zip.
    :param find: reads it from the zip.
    """
    state = built.stat()
    zip_now = [state.st_mtime_ns, state.st_size, state.st_ino]
    file = built.with_suffix(".json")
    try:
        read = json.loads(file.read_text())
    except (OSError, ValueError):
        read = {}
    note = read if isinstance(read, dict) and read.get("zip") == zip_now else {"zip": zip_now}
    found = note.get(what)
    if not isinstance(found, str):
        found = find(built)
        with suppress(OSError):  # a folder that is only read
            write_whole(json.dumps({**note, what: found}).encode(), file)
    return found


def _content_hash(built: Path) -> str:
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
    archived = io.BytesIO()
    with zipfile.ZipFile(archived, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (mode, content) in sorted(files.items(), key=lambda file: PurePosixPath(file[0])):
            entry = zipfile.ZipInfo(name, ZIP_EPOCH)
            entry.create_system = 3  # the system that modes are of: Unix
            entry.external_attr = mode << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    write_whole(archived.getbuffer(), built)


def write_whole(content: bytes | memoryview, file: Path) -> None:
    """Write a file that others, who do so at the same time, never see half."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, partial = tempfile.mkstemp(dir=file.parent)
    with os.fdopen(descriptor, "wb") as begun:
        begun.write(content)
    Path(partial).replace(file)
