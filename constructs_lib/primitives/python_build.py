"""Build what Lambda loads: a zip of a function's code, a zip of third-party packages, no Docker.

The zips are reproducible: the same sources give the same bytes, so nothing is deployed that did
not change. They carry hash-based bytecode (PEP 552). A zip has no room for today's date (the CDK
dates every file 1980-01-01), which makes ordinary bytecode stale: Lambda would compile every module
again at each cold start.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

import uv

from constructs_lib.primitives.build_target import BuildTarget
from constructs_lib.primitives.import_graph import modules_behind

BUILD_FOLDER = Path(".build")
LAYOUT_VERSION = b"1"
"""Raise it when the content of the zips changes for the same input."""
NOT_FOR_LAMBDA = ("bin", ".*")
"""What an installer writes beside the packages: scripts of another machine, its own lock."""
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def build_code(source: Path, packages: Iterable[str], target: BuildTarget) -> Path:
    """Zip `packages` of the folder `source` and return the zip.

    Returns the earlier zip where nothing changed.
    """
    folders = [source / package for package in packages]
    files = sorted(file for folder in folders for file in _files(folder))
    digest = _digest(target)
    for file in files:
        digest.update(file.relative_to(source).as_posix().encode() + b"\0" + file.read_bytes())
    built = BUILD_FOLDER / f"{folders[0].name}-{target.key}-{digest.hexdigest()[:16]}.zip"
    if not built.exists():
        with tempfile.TemporaryDirectory() as work:
            for file in files:
                copy = Path(work) / file.relative_to(source)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, copy)
            _compile(Path(work), target, runs_at="/var/task")
            _write_zip(_contents(Path(work)), built)
    return built


def build_function(code: Path, source: Path, packages: Iterable[str], entry: str) -> Path:
    """Zip of a service's `code` what one function needs, and return the zip.

    A change of another function's modules gives the same bytes. Files that are no modules stay, and
    all modules do where some are imported by names made at run time.

    :param code: what `build_code` has made of `packages`.
    :param entry: the function's module, such as `orders.handlers.place_order`.
    """
    built = code.with_name(f"{code.stem}-{entry}.zip")
    if not built.exists():
        modules = modules_behind(entry, source, packages)
        if modules is None:
            return code
        needed = {module.relative_to(source).as_posix() for module in modules}
        with zipfile.ZipFile(code) as whole:
            kept = {name: whole.read(name) for name in whole.namelist() if _is_for(name, needed)}
        _write_zip(kept, built)
    return built


def _is_for(name: str, needed: set[str]) -> bool:
    """Tell whether a file of the zip is one of these modules, its bytecode, or no module at all."""
    path = PurePosixPath(name)
    if path.suffix == ".pyc":
        return f"{path.parents[1]}/{path.name.partition('.')[0]}.py" in needed
    return path.suffix != ".py" or name in needed


def build_layer(requirements: Path, target: BuildTarget) -> Path:
    """Install the pinned `requirements` for `target` and return the zip of a Lambda layer.

    Returns the earlier zip where the lock did not change.

    :raises RuntimeError: if a package has no wheel for the target, is not the one whose hash the
        lock has, or no registry answers.
    """
    digest = _digest(target)
    digest.update(requirements.read_bytes())
    built = BUILD_FOLDER / f"layer-{target.key}-{digest.hexdigest()[:16]}.zip"
    if not built.exists():
        with tempfile.TemporaryDirectory() as work:
            packages = Path(work) / "python"
            _install(requirements, packages, target)
            _compile(packages, target, runs_at="/opt/python")
            _write_zip(_contents(Path(work)), built)
    return built


def _digest(target: BuildTarget) -> "hashlib._Hash":
    compiled = b"bytecode" if target.interpreter else b"no bytecode"
    return hashlib.sha256(b"\0".join((LAYOUT_VERSION, target.key.encode(), compiled)))


def _files(folder: Path) -> Iterable[Path]:
    return (
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not any(
            part.startswith(".") or part == "__pycache__" for part in path.relative_to(folder).parts
        )
    )


def _install(requirements: Path, into: Path, target: BuildTarget) -> None:
    command = [uv.find_uv_bin(), "pip", "install", "--quiet", "--no-deps", "--link-mode=copy"]
    command += ["--only-binary", ":all:", "--python-version", target.python]
    command += ["--target", str(into), "--require-hashes", "--requirements", str(requirements)]
    if target.platform:
        command += ["--python-platform", target.platform]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise RuntimeError(
            f"the Lambda layer cannot be built from {requirements} for {target.key}:\n"
            f"{result.stderr.strip()}\n"
            "Every package needs its hash in there: `uv pip compile --universal --generate-hashes`"
            " writes them"
        )
    for pattern in NOT_FOR_LAMBDA:
        for path in into.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _compile(folder: Path, target: BuildTarget, *, runs_at: str) -> None:
    if target.interpreter is None:
        return
    command = [target.interpreter, "-m", "compileall", "-q", "--invalidation-mode"]
    command += ["unchecked-hash", "-s", str(folder), "-p", runs_at, str(folder)]
    subprocess.run(command, check=True)


def _contents(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def _write_zip(files: Mapping[str, bytes], built: Path) -> None:
    built.parent.mkdir(parents=True, exist_ok=True)
    descriptor, partial = tempfile.mkstemp(dir=built.parent)
    os.close(descriptor)
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items(), key=lambda file: PurePosixPath(file[0])):
            entry = zipfile.ZipInfo(name, ZIP_EPOCH)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    Path(partial).replace(built)
