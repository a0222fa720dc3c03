"""The code that a function is given, read from the assembly: what is deployed."""

import json
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path, PurePosixPath

from blockwork.testing.synthesis import SynthesisedResource

MODULES = (".py", ".so", ".pyd")


@dataclass(frozen=True)
class Files:
    """What a bundle or a layer holds.

    :param path: a folder, a zip, or what is written in the template itself.
    """

    path: Path
    inline: str | None = None
    inline_name: str = "index.py"

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every file by its path within, `/` between folders."""
        if self.inline is not None:
            return (self.inline_name,)
        if self.path.is_dir():
            files = (file for file in self.path.rglob("*") if file.is_file())
            return tuple(sorted(file.relative_to(self.path).as_posix() for file in files))
        with zipfile.ZipFile(self.path) as bundle:
            return tuple(name for name in bundle.namelist() if not name.endswith("/"))

    def read(self, *names: str) -> Iterator[tuple[str, bytes]]:
        """Yield some files with what is in them."""
        if self.inline is not None:
            yield from ((name, self.inline.encode()) for name in names)
        elif self.path.is_dir():
            yield from ((name, (self.path / name).read_bytes()) for name in names)
        else:
            with zipfile.ZipFile(self.path) as bundle:
                yield from ((name, bundle.read(name)) for name in names)

    @cached_property
    def own(self) -> tuple[str, ...]:
        """The modules in it that were not installed, as metadata of packages tells."""
        records = [name for name in self.names if name.endswith(".dist-info/RECORD")]
        installed = {
            top_of(line.partition(",")[0])
            for _, text in self.read(*records)
            for line in text.decode().splitlines()
        }
        return tuple(
            name for name in self.names if name.endswith(MODULES) and top_of(name) not in installed
        )


def unpacked(code: Files, folder: Path) -> Path:
    """Return a folder that has a bundle's own modules, and maybe those of others.

    Bundles that agree about every file they share come into one, so that each is read once.

    :param folder: where such folders are.
    """
    modules = {name: zlib.crc32(body) for name, body in code.read(*code.own)}
    number = 0
    while any(
        _written(folder / str(number)).get(name, crc) != crc for name, crc in modules.items()
    ):
        number += 1
    home = folder / str(number)
    home.mkdir(parents=True, exist_ok=True)
    new = modules.keys() - _written(home).keys()
    for name, body in code.read(*sorted(new)):
        file = home / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body if name.endswith(".py") else b"")
    _written(home).update(modules)
    return home


@cache
def _written(_home: Path) -> dict[str, int]:
    """Return the checksums of what a folder has, by name; filled by who writes there."""
    return {}


def top_of(name: str) -> str:
    """Return what the first part of a file's path is imported as."""
    return PurePosixPath(name).parts[0].partition(".")[0] if name else ""


def code_of(function: SynthesisedResource) -> Files | None:
    """Return the code of a function in Python or Node.js; None where there is none to read.

    Other languages, container images, and what is not in the assembly.
    """
    said = function.properties
    if language_of(function) is None:
        return None
    code = said.get("Code", {})
    if isinstance(code.get("ZipFile"), str):
        name = "index.js" if language_of(function) == "nodejs" else "index.py"
        return Files(function.stack.folder, inline=code["ZipFile"], inline_name=name)
    return _asset(function.stack.folder, code.get("S3Key"))


def language_of(function: SynthesisedResource) -> str | None:
    """Return which of the languages that can be read here a function is in."""
    runtime = str(function.properties.get("Runtime", ""))
    return next((each for each in ("python", "nodejs") if runtime.startswith(each)), None)


def layers_of(function: SynthesisedResource) -> list[Files] | None:
    """Return a function's layers; None where one is not in the assembly."""
    found: list[Files] = []
    for layer in function.properties.get("Layers", []):
        id_ = layer.get("Ref", "") if isinstance(layer, dict) else ""
        there = function.stack.resources.get(id_)
        key = there.properties.get("Content", {}).get("S3Key") if there else None
        files = _asset(function.stack.folder, key)
        if files is None:
            return None
        found.append(files)
    return found


def _asset(folder: Path, key: object) -> Files | None:
    if not isinstance(key, str):
        return None
    path = _sources(folder).get(PurePosixPath(key).stem)
    return _files(path) if path and path.exists() else None


# Stages have most assets in common, and stacks their layers.
@cache
def _files(path: Path) -> Files:
    return Files(path)


@cache
def _sources(folder: Path) -> dict[str, Path]:
    """Return where each asset of an assembly lies, by its hash."""
    return {
        hash_: (folder / asset["source"]["path"]).resolve()
        for file in folder.glob("*.assets.json")
        for hash_, asset in json.loads(file.read_text()).get("files", {}).items()
        if "path" in asset.get("source", {})
    }
