"""Build what Lambda loads: a zip of a function's code, a zip of third-party packages, no Docker.

The zips are reproducible: the same sources give the same bytes, so nothing is deployed that did
not change. They carry hash-based bytecode (PEP 552). A zip has no room for today's date (the CDK
dates every file 1980-01-01), which makes ordinary bytecode stale: Lambda would compile every module
again at each cold start.
"""

import csv
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Collection, Sequence
from pathlib import Path, PurePosixPath

import uv

from constructs_lib.primitives.build_target import BuildTarget
from constructs_lib.primitives.pinned_requirements import content_of, normal, refuse_incomplete
from constructs_lib.primitives.source_files import source_files
from constructs_lib.primitives.zips import BUILD_FOLDER, noted, write_zip

LAYOUT_VERSION = b"3"
"""Raise it when other zips are made of the same input, or some no longer are."""
NOT_FOR_LAMBDA = ("bin", ".*")
"""What an installer writes beside the packages: scripts of another machine, its own lock."""
OF_THIS_MACHINE = ("direct_url.json", "uv_cache.json", "uv_build.json", "INSTALLER", "REQUESTED")
"""What an installer notes of an installation, with paths and times of the machine."""
INSTALLER_SETTINGS = (
    *("INDEX", "DEFAULT_INDEX", "EXTRA_INDEX", "CACHE", "HTTP", "SSL", "SYSTEM_CERTS"),
    *("NATIVE_TLS", "OFFLINE", "INSECURE_HOST", "KEYRING", "CONCURRENT", "CONFIG"),
    *("FIND_LINKS", "NO_INDEX", "REQUEST_TIMEOUT", "CREDENTIALS_DIR"),
)
"""What a person's `UV_…` may say: where packages come from. Others decide what is installed."""


def build_code(parts: Sequence[tuple[Path, str]], target: BuildTarget) -> Path:
    """Zip packages and single modules, and return the zip.

    Returns the earlier zip where nothing changed.

    :param parts: each a folder on the import path and what to take of it, such as `orders`; the
        first one gives the zip its name.
    :raises ValueError: if a file cannot be carried, or a module is none for the target's Python.
    """
    files = {
        name: file for source, part in parts for name, file in source_files(source, part).items()
    }
    contents = {name: file.read_bytes() for name, file in sorted(files.items())}
    digest = _digest(target)
    for name, content in contents.items():
        digest.update(b"%s\0%d\0%s" % (name.encode(), len(content), content))
    built = BUILD_FOLDER / f"{parts[0][1]}-{target.key}-{digest.hexdigest()[:16]}.zip"
    if not built.exists():
        with tempfile.TemporaryDirectory() as work:
            for name, content in contents.items():
                copy = Path(work) / name
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(content)
            wrong = _compile(Path(work), target, runs_at="/var/task")
            if wrong:
                raise ValueError(f"not all modules are Python {target.python}:\n{wrong}")
            write_zip(_contents(Path(work)), built)
    return built


def build_function(
    code: Path, entry: str, find_modules: Callable[[], Collection[str] | None]
) -> Path:
    """Zip of a service's `code` what one function needs, and return the zip.

    A change of another function's modules gives the same bytes. Files that are no modules stay, and
    all modules do where some are imported by names made at run time.

    :param code: what `build_code` has made.
    :param entry: the function's module, such as `orders.handlers.place_order`.
    :param find_modules: returns what it loads, by names in `code`, or None; asked only where the
        zip is not there yet.
    """
    built = code.with_name(f"{code.stem}-{entry}.zip")
    if not built.exists():
        modules = find_modules()
        if modules is None:
            return code
        with zipfile.ZipFile(code) as whole:
            kept = {
                entry.filename: (entry.external_attr >> 16, whole.read(entry))
                for entry in whole.infolist()
                if _is_for(entry.filename, modules)
            }
        write_zip(kept, built)
    return built


def _is_for(name: str, needed: Collection[str]) -> bool:
    """Tell whether a file of the zip is one of these modules, its bytecode, or no module at all."""
    path = PurePosixPath(name)
    if path.parent.name == "__pycache__":
        return str(path.parents[1] / f"{path.name.partition('.')[0]}.py") in needed
    return path.suffix != ".py" or name in needed


def build_layer(requirements: Path, target: BuildTarget, beside: Path | None = None) -> Path:
    """Install the pinned `requirements` for `target` and return the zip of a Lambda layer.

    Returns the earlier zip where neither the lock nor what it includes did change.

    :param beside: the lock of a layer that every function with this one has too. Default: none.
    :raises ValueError: if a line of the lock does not give the same layer everywhere, see
        :func:`content_of`; or if a package asks for one that is neither there nor `beside` nor in
        Lambda's own runtime.
    :raises RuntimeError: if a package has no wheel for the target, is not the one whose hash the
        lock has, or no registry answers.
    """
    digest = _digest(target)
    digest.update(content_of(requirements))
    others = packages_of(build_layer(beside, target)) if beside else frozenset[str]()
    digest.update("".join(f"\0{name}" for name in sorted(others)).encode())
    built = BUILD_FOLDER / f"layer-{target.key}-{digest.hexdigest()[:16]}.zip"
    if not built.exists():
        with tempfile.TemporaryDirectory() as work:
            packages = Path(work) / "python"
            told = _install(requirements, packages, target)
            refuse_incomplete(told, requirements, others)
            _compile(packages, target, runs_at="/opt/python")
            write_zip(_contents(Path(work)), built)
    return built


def _digest(target: BuildTarget) -> "hashlib._Hash":
    compiled = b"bytecode" if target.interpreter else b"no bytecode"
    return hashlib.sha256(b"\0".join((LAYOUT_VERSION, target.key.encode(), compiled)))


def packages_of(layer: Path) -> frozenset[str]:
    """Return the names of a layer's packages as they are compared (PEP 503)."""
    return frozenset(noted(layer, "packages", _packages_in).split())


def _packages_in(layer: Path) -> str:
    with zipfile.ZipFile(layer) as archive:
        found = re.findall(
            r"^python/([^/]+?)-[^/-]+\.dist-info/METADATA$",
            "\n".join(archive.namelist()),
            re.MULTILINE,
        )
    return " ".join(sorted(map(normal, found)))


def _install(requirements: Path, into: Path, target: BuildTarget) -> str:
    """Install the packages and return what the installer says of them."""
    command = [uv.find_uv_bin(), "pip", "install", "--require-hashes", "--no-deps", "--strict"]
    command += ["--no-progress", "--color=never", "--link-mode=copy"]
    command += ["--only-binary", ":all:", "--python-version", target.python]
    command += ["--python", sys.executable, "--no-compile-bytecode"]
    command += ["--target", str(into), "--requirements", str(requirements)]
    if target.platform:
        command += ["--python-platform", target.platform]
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("UV_") or name.removeprefix("UV_").startswith(INSTALLER_SETTINGS)
    }
    result = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if result.returncode:
        raise RuntimeError(
            f"the Lambda layer cannot be built from {requirements} for {target.key}:\n"
            f"{result.stderr.strip()}"
        )
    for pattern in NOT_FOR_LAMBDA:
        for path in into.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for record in into.glob("*.dist-info/RECORD"):
        for name in OF_THIS_MACHINE:
            record.with_name(name).unlink(missing_ok=True)
        # A record of what is no longer there holds the digests of this machine's paths.
        rows = csv.reader(io.StringIO(record.read_text(encoding="utf-8"), newline=""))
        kept = [row for row in rows if (into / row[0]).is_file() and ".." not in Path(row[0]).parts]
        with record.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(kept)
    return result.stderr


def _compile(folder: Path, target: BuildTarget, *, runs_at: str) -> str:
    """Write the bytecode of all modules and return what is wrong with those that are none."""
    if target.interpreter is None:
        return ""
    # Isolated: PYTHONOPTIMIZE or PYTHONPYCACHEPREFIX would leave the zip without its bytecode.
    command = [target.interpreter, "-I", "-m", "compileall", "-q", "--invalidation-mode"]
    command += ["unchecked-hash", "-s", str(folder), "-p", runs_at, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).replace(str(folder), runs_at) if done.returncode else ""


def _contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return the mode and the content of every file by its name; who may run one may all do."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {
        file.relative_to(folder).as_posix(): (
            0o755 if file.stat().st_mode & 0o100 else 0o644,
            file.read_bytes(),
        )
        for file in files
    }
