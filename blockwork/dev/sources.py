"""Which sources a function's code is made of, found in what was synthesised and in the folder.

For any app: an asset's files are matched with those of the folder by name and content. So a folder
that the CDK zips, a bundle of `PythonService` and what another tool has put together are all known,
as far as they hold files as they stand in the folder.
"""

import json
import os
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from blockwork.local.fingerprint import BUILT
from constructs_lib.import_graph import modules_behind

FUNCTION = "AWS::Lambda::Function"
MODULE = ".py"
BYTECODE = ".pyc"


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """A function of an assembly.

    :param stack: the stack's name.
    :param region: of the stack; empty where the app leaves it open.
    :param id: its logical id.
    :param runtime: such as `python3.14`.
    :param handler: such as `orders.handlers.place_order.handler`.
    :param code: its asset, a folder or a zip.
    """

    stack: str
    region: str
    id: str
    runtime: str
    handler: str
    code: Path


@dataclass(frozen=True, kw_only=True)
class Sources:
    """What a function's code is made of.

    :param entry: the handler's module, such as `orders.handlers.place_order`.
    :param roots: for each package or module at the top of its code, the folder it is taken from.
    :param follows_imports: whether it holds what its entry imports, as a `PythonService` bundles
        it, or all that there is.
    :param left_out: files of the roots that are not part of it.
    :param others: files in its code that are no modules, of the roots or not.
    """

    entry: str
    roots: Mapping[str, Path]
    follows_imports: bool
    left_out: frozenset[Path] = frozenset()
    others: tuple[str, ...] = ()

    def files(self) -> dict[str, str]:
        """Return the paths of the sources that the code would hold now, by their names in it.

        :raises ValueError: if a module cannot be parsed, or imports what a bundle leaves out; names
            file and line.
        """
        found = self._modules()
        for name in self.others:
            root = self.roots.get(_top(name))
            if root and (root / name).is_file():
                found[name] = root / name
        return {name: str(file) for name, file in sorted(found.items())}

    def beside(self, other: "Sources") -> "Sources":
        """Return itself with what another function of its service is made of, too.

        It may import that as well, though it does not yet.
        """
        top = _top(self.entry.replace(".", "/"))
        if not self.follows_imports or self.roots.get(top) != other.roots.get(top):
            return self
        return replace(self, roots={**other.roots, **self.roots})

    def may_have(self, path: Path) -> bool:
        """Tell whether a module would be part of the code if it were there, or imported."""
        return path.suffix == MODULE and any(
            path.is_relative_to(root / top) and (self.follows_imports or path not in self.left_out)
            for top, root in self.roots.items()
        )

    def _modules(self) -> dict[str, Path]:
        if self.follows_imports:
            needed = modules_behind(self.entry, self.roots)
            if needed is not None:
                return needed
        return {
            name: file
            for top, root in self.roots.items()
            for name, file in _modules_of(root, top)
            if file not in self.left_out
        }


@dataclass
class AppFolder:
    """The files of an app's folder, looked up by name.

    :param folder: of the app.
    """

    folder: Path
    _by_name: dict[str, list[Path]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Look once; what is hidden, installed or built is none of them."""
        for path in walk(self.folder):
            self._by_name.setdefault(path.name, []).append(path)

    def roots(self, name: str, content: bytes) -> Iterator[Path]:
        """Yield each folder below which a file of this name has this content."""
        wanted = PurePosixPath(name)
        for path in self._by_name.get(wanted.name, []):
            parts = path.parts[-len(wanted.parts) :]
            if parts == wanted.parts and _is(path, content):
                yield path.parents[len(wanted.parts) - 1]


def walk(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder, except what is hidden, installed or built."""
    for at, folders, files in os.walk(folder):
        here = Path(at)
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".")
            and name not in BUILT
            and not (here / name / "pyvenv.cfg").is_file()
        ]
        yield from (here / name for name in files)


def read_functions(assembly: Path) -> Iterator[Deployed]:
    """Yield the functions of an assembly whose code is an asset."""
    manifest = json.loads((assembly / "manifest.json").read_text("utf-8"))
    for artifact in manifest.get("artifacts", {}).values():
        properties = artifact.get("properties", {})
        match artifact.get("type"):
            case "cdk:cloud-assembly":
                yield from read_functions(assembly / properties["directoryName"])
            case "aws:cloudformation:stack":
                name = properties.get("stackName") or artifact.get("displayName")
                region = str(artifact.get("environment", "")).rpartition("/")[2]
                template = json.loads((assembly / properties["templateFile"]).read_text("utf-8"))
                assets = _assets(assembly, manifest, artifact)
                for id_, resource in template.get("Resources", {}).items():
                    code = assets.get(_key_of(resource))
                    if code is not None and code.exists():
                        yield Deployed(
                            stack=str(name),
                            region="" if region.startswith("unknown") else region,
                            id=id_,
                            runtime=str(resource["Properties"].get("Runtime", "")),
                            handler=str(resource["Properties"].get("Handler", "")),
                            code=code,
                        )


def _key_of(resource: Mapping[str, Any]) -> str:
    if resource.get("Type") != FUNCTION:
        return ""
    key = (resource.get("Properties", {}).get("Code") or {}).get("S3Key", "")
    return key if isinstance(key, str) else ""


def _assets(assembly: Path, manifest: dict[str, Any], stack: dict[str, Any]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for dependency in stack.get("dependencies", []):
        artifact = manifest["artifacts"].get(dependency, {})
        if artifact.get("type") != "cdk:asset-manifest":
            continue
        listed = json.loads((assembly / artifact["properties"]["file"]).read_text("utf-8"))
        for each in listed.get("files", {}).values():
            if "path" in each["source"]:
                for destination in each["destinations"].values():
                    found[destination["objectKey"]] = assembly / each["source"]["path"]
    return found


def sources_of(function: Deployed, folder: AppFolder) -> Sources | None:
    """Return what a function in Python is made of, or None where nothing of it is in the folder."""
    if not function.runtime.startswith("python"):
        return None
    contents = _contents(function.code)
    roots = _roots(contents, folder)
    if not roots:
        return None
    modules = {name for name in contents if name.endswith(MODULE) and _top(name) in roots}
    there = {file: name for top, root in roots.items() for name, file in _modules_of(root, top)}
    entry = function.handler.rpartition(".")[0].replace("/", ".")
    try:
        imported = modules_behind(entry, roots)
    except ValueError:
        imported = None
    left_out = frozenset(file for file, name in there.items() if name not in modules)
    others = (name for name in contents if not name.endswith((MODULE, BYTECODE)))
    return Sources(
        entry=entry,
        roots=roots,
        follows_imports=bool(left_out) and imported is not None and imported.keys() == modules,
        left_out=left_out,
        others=tuple(sorted(others)),
    )


def _roots(contents: Mapping[str, bytes], folder: AppFolder) -> dict[str, Path]:
    """Return where each top of a function's code is taken from.

    A folder that has every module of it, most of them unchanged; of several, the one with most.
    """
    tops: dict[str, list[str]] = {}
    for name in contents:
        if name.endswith(MODULE):
            tops.setdefault(_top(name), []).append(name)
    found: dict[str, Path] = {}
    for top, names in tops.items():
        alike = Counter(root for name in names for root in folder.roots(name, contents[name]))
        for root, count in alike.most_common():
            if count * 2 >= len(names) and all((root / name).is_file() for name in names):
                found[top] = root
                break
    return found


def _contents(code: Path) -> dict[str, bytes]:
    if code.is_dir():
        files = (path for path in code.rglob("*") if path.is_file())
        return {path.relative_to(code).as_posix(): path.read_bytes() for path in files}
    if not zipfile.is_zipfile(code):
        return {}
    with zipfile.ZipFile(code) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name[-1] != "/"}


def _modules_of(root: Path, top: str) -> Iterator[tuple[str, Path]]:
    at = root / top
    for path in walk(at) if at.is_dir() else (at,):
        if path.suffix == MODULE and path.is_file():
            yield path.relative_to(root).as_posix(), path


def _top(name: str) -> str:
    return name.partition("/")[0]


def _is(path: Path, content: bytes) -> bool:
    try:
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        return False
