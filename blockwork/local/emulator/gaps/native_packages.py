"""Native packages of a function run here, whatever machine it was built for.

Lambda runs a function on the processor and the Python that it names. Stock runs every Python
function with its own interpreter, which loads no module that was compiled for another processor or
another Python: a stage built for AWS fails at its first import. Closed by putting the same version
of such a package, compiled for this machine, in its place in bundles and layers; whatever else they
hold runs as it was deployed. Packages come from where `PACKAGE_INSTALLER` leads (JSON: the command
`uv`, and its environment `env`).
"""

import csv
import hashlib
import io
import json
import os
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from email.parser import HeaderParser
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from ministack.core.lambda_runtime import Worker

from blockwork.local.emulator.gaps import shared_layers

HEADER_BYTES = 20

made_native: dict[str, bytes | None] = {}
"""What was made of a zip, by its digest; None where nothing has to be."""
making = threading.Lock()


class Package(NamedTuple):
    """An installed distribution (PEP 376): where it lies, what it is, its files."""

    folder: PurePosixPath
    requirement: str
    files: set[str]


def close() -> None:
    """Look through what a function is made of before a process is started from it."""
    content_of, spawn = shared_layers.content_of, Worker._spawn

    def native_layer(layer: Any) -> bytes | None:
        content = content_of(layer)
        return native(content) if content else None

    def native_spawn(worker: Any) -> None:
        if worker.config.get("Runtime", "").startswith("python"):
            worker.code_zip = native(worker.code_zip)
        spawn(worker)

    shared_layers.content_of, Worker._spawn = native_layer, native_spawn


def native(content: bytes) -> bytes:
    """Return a zip whose packages this machine can load.

    :raises RuntimeError: if a package cannot be had for this machine.
    """
    # Looked through once, not for every process: a layer has thousands of files.
    digest = hashlib.sha256(content).hexdigest()
    with making:
        if digest not in made_native:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                foreign = {name for name in archive.namelist() if _is_foreign(name, archive)}
                made_native[digest] = _replace(archive, foreign) if foreign else None
        made = made_native[digest]
    return content if made is None else made


def _is_foreign(name: str, archive: zipfile.ZipFile) -> bool:
    if not name.endswith(".so"):
        return False
    if ".cpython-" in name and not name.endswith(EXTENSION_SUFFIXES[0]):
        return True
    with archive.open(name) as module, Path(sys.executable).open("rb") as here:
        return _machine(module.read(HEADER_BYTES)) != _machine(here.read(HEADER_BYTES))


def _machine(header: bytes) -> bytes:
    """Return what a file is compiled for: ELF's magic number and `e_machine`, or Mach-O's."""
    return header[:4] + (header[18:20] if header.startswith(b"\x7fELF") else header[4:8])


def _replace(archive: zipfile.ZipFile, foreign: set[str]) -> bytes:
    packages = [package for package in _packages(archive) if package.files & foreign]
    dropped = {name for package in packages for name in package.files}
    replaced = io.BytesIO()
    with zipfile.ZipFile(replaced, "w") as whole, tempfile.TemporaryDirectory() as folder:
        for item in archive.infolist():
            if item.filename not in dropped:
                whole.writestr(item, archive.read(item))
        for number, package in enumerate(packages):
            into = Path(folder, str(number))
            _install(package.requirement, into)
            for file in filter(Path.is_file, into.rglob("[!.]*")):
                whole.write(file, str(package.folder / file.relative_to(into).as_posix()))
    return replaced.getvalue()


def _packages(archive: zipfile.ZipFile) -> Iterator[Package]:
    for name in archive.namelist():
        record = PurePosixPath(name)
        if record.name == "RECORD" and record.parent.suffix == ".dist-info":
            folder = record.parents[1]
            rows = csv.reader(io.StringIO(archive.read(name).decode()))
            metadata = archive.read(str(record.with_name("METADATA"))).decode()
            told = HeaderParser().parsestr(metadata)
            yield Package(
                folder=folder,
                requirement=f"{told['Name']}=={told['Version']}",
                files={str(folder / row[0]) for row in rows if row},
            )


def _install(requirement: str, into: Path) -> None:
    installer = json.loads(os.environ["PACKAGE_INSTALLER"])
    command = [installer["uv"], "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:"]
    command += ["--python", sys.executable, "--target", str(into), requirement]
    done = subprocess.run(
        command, env=installer["env"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{requirement} cannot be had for this machine:\n{done.stderr}")
