"""Synthesise an app once, and read what came out."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

from blockwork.testing.settings import Settings

Template = dict[str, Any]
OF_THE_CDK = "aws:"
"""What the CDK writes into metadata: where a construct stands on this machine."""
SAYS_NOTHING = {"CDKMetadata"}
"""Which constructs are used, for the CDK's statistics: another text with each version."""
UNVALIDATED = {"CDK_VALIDATION": "false"}
"""The CDK's own validation takes longer than all the rest; who wants it runs `cdk synth`."""


class SynthesisError(Exception):
    """There is no assembly to test; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SynthesisedResource:
    """One resource as its template has it, references and all.

    :param properties: as written; empty where there are none.
    :param raw: with its policies.
    """

    stack: "SynthesisedStack"
    id: str
    type: str
    properties: Mapping[str, Any]
    raw: Mapping[str, Any]

    def __str__(self) -> str:
        """Say where to find it, and what it is."""
        return f"{self.stack.name}/{self.id} ({self.type})"


@dataclass(frozen=True, kw_only=True, eq=False)
class SynthesisedStack:
    """One stack, or nested stack, of the app.

    :param name: what CloudFormation calls it; where two stages call theirs the same, its path, as
        `Prod-Shop`.
    :param file: its template, in the folder of its assembly with its assets.
    :param keeps_data: whether its data must survive, as the settings say.
    """

    name: str
    file: Path
    template: Template
    keeps_data: bool

    @property
    def folder(self) -> Path:
        """The folder of its assembly."""
        return self.file.parent

    @cached_property
    def resources(self) -> dict[str, SynthesisedResource]:
        """Every resource by its logical id."""
        return {
            id_: SynthesisedResource(
                stack=self,
                id=id_,
                type=raw["Type"],
                properties=raw.get("Properties", {}),
                raw=raw,
            )
            for id_, raw in self.template["Resources"].items()
        }

    def of_type(self, *types: str) -> Iterator[SynthesisedResource]:
        """Yield the resources of some types."""
        return (item for item in self.resources.values() if item.type in types)


@dataclass(frozen=True, kw_only=True, eq=False)
class SynthesisedApp:
    """Every stack of every stage, synthesised once for all tests of a session.

    :param assemblies: their folders, those of nested assemblies left to them.
    :param stacks: by their names.
    :param scratch: a folder of the session.
    """

    assemblies: tuple[Path, ...]
    stacks: Mapping[str, SynthesisedStack]
    settings: Settings
    scratch: Path

    @property
    def resources(self) -> Iterator[SynthesisedResource]:
        """Yield every resource of every stack."""
        return (item for stack in self.stacks.values() for item in stack.resources.values())

    def of_type(self, *types: str) -> Iterator[SynthesisedResource]:
        """Yield the resources of some types."""
        return (item for item in self.resources if item.type in types)


def synthesise(root: Path, settings: Settings, out: Path) -> Path:
    """Synthesise the app of a project, and return the folder of its assembly.

    :param root: the folder of `pyproject.toml` and `cdk.json`.
    :param out: where the command of `cdk.json` writes to.
    :raises SynthesisError: if there is no app, it fails, or it needs what only an account knows.
    """
    folder = _called(root, settings.app) if settings.app else _run(root, out)
    manifest = folder / "manifest.json"
    if not manifest.is_file():
        raise SynthesisError(f"the app synthesised nothing: {manifest} is missing")
    missing = json.loads(manifest.read_text()).get("missing", [])
    if missing:
        raise SynthesisError(
            "the app looks values up in an account, and tests have none: run `cdk synth` once with "
            f"credentials and commit {root / 'cdk.context.json'}, which then holds "
            + ", ".join(sorted(item["key"] for item in missing))
        )
    return folder


def _called(root: Path, app: str) -> Path:
    module, _, function = app.partition(":")
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    # Only who imports the CDK first can tell it.
    there = {name: os.environ.get(name) for name in UNVALIDATED}
    os.environ.update(UNVALIDATED)
    try:
        build = getattr(import_module(module), function)
        built = build()
    except (ImportError, AttributeError, ValueError) as error:
        if isinstance(error, ValueError) and module and function:
            raise
        raise SynthesisError(
            f"app must be 'module:function' of {root}, got {app!r}: {error}"
        ) from error
    finally:
        for name, value in there.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
    return Path(built.synth().directory if hasattr(built, "synth") else built)


def _run(root: Path, out: Path) -> Path:
    file = root / "cdk.json"
    if not file.is_file():
        raise SynthesisError(
            f"there is no app to test: {file} is missing; where the app is elsewhere, say "
            "app = 'module:function' in pyproject.toml, [tool.blockwork.testing]"
        )
    configured = json.loads(file.read_text())
    looked_up = root / "cdk.context.json"
    context = {
        **(json.loads(looked_up.read_text()) if looked_up.is_file() else {}),
        **configured.get("context", {}),
        "aws:cdk:version-reporting": False,
    }
    # The command's `python3` is the one that runs the tests.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    said = {"CDK_OUTDIR": str(out), "CDK_CONTEXT_JSON": json.dumps(context), "PATH": path}
    done = subprocess.run(
        configured["app"],
        shell=True,  # as the CDK's command line does
        cwd=root,
        env={**os.environ, **UNVALIDATED, **said},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SynthesisError(f"{configured['app']!r} of {file} failed:\n{done.stderr[-4000:]}")
    return out


def built_assemblies(folder: Path) -> list[Path]:
    """Return the assemblies in a folder, or the one that it is.

    :raises SynthesisError: if there is none.
    """
    found = sorted(manifest.parent for manifest in folder.glob("*/manifest.json"))
    if (folder / "manifest.json").is_file():
        found = [folder]
    if not found:
        raise SynthesisError(
            f"--assemblies must be a folder of assemblies, or one, got {folder} without a "
            "manifest.json: `cdk synth --output` makes one"
        )
    return found


def read_app(folders: Iterable[Path], settings: Settings, scratch: Path) -> SynthesisedApp:
    """Return the stacks of some assemblies; a later one stands in for its namesakes."""
    assemblies = tuple(folders)
    stacks: dict[str, SynthesisedStack] = {}
    for assembly in assemblies:
        stacks |= {stack.name: stack for stack in _stacks(assembly, settings)}
    return SynthesisedApp(assemblies=assemblies, stacks=stacks, settings=settings, scratch=scratch)


def _stacks(assembly: Path, settings: Settings) -> Iterator[SynthesisedStack]:
    found: list[tuple[str, str, Path]] = []
    for manifest in sorted(assembly.rglob("manifest.json")):
        for id_, artifact in json.loads(manifest.read_text())["artifacts"].items():
            if artifact["type"] == "aws:cloudformation:stack":
                said = artifact["properties"]
                path = artifact.get("displayName", id_).partition(" ")[0]
                file = manifest.parent / said["templateFile"]
                found.append((said.get("stackName") or id_, path, file))
        for file in manifest.parent.glob("*.nested.template.json"):
            name = file.name.removesuffix(".nested.template.json")
            found.append((name, name, file))
    names = [name for name, _, _ in found]
    for name, path, file in found:
        unique = name if names.count(name) == 1 else path.replace("/", "-")
        template = _without_noise(json.loads(file.read_text()))
        yield SynthesisedStack(
            name=unique,
            file=file,
            template=template,
            keeps_data=settings.keeps_data(unique),
        )


def _without_noise(template: Template) -> Template:
    """Leave out what tells of the machine and of the CDK's version."""
    resources = template.setdefault("Resources", {})
    for id_ in SAYS_NOTHING & resources.keys():
        del resources[id_]
    for resource in resources.values():
        metadata = resource.pop("Metadata", {})
        kept = {key: value for key, value in metadata.items() if not key.startswith(OF_THE_CDK)}
        if kept:
            resource["Metadata"] = kept
    return template


def temporary_folder() -> Path:
    """Return a new folder for one session's assembly: runs beside each other share none."""
    return Path(tempfile.mkdtemp(prefix="blockwork-"))


def forget(assembly: Path) -> None:
    """Delete an assembly that the CDK or this session made in a folder of its own choice."""
    temporary = Path(tempfile.gettempdir()).resolve()
    made = assembly.name.startswith(("cdk.out", "blockwork-"))
    if made and assembly.resolve().parent == temporary:
        shutil.rmtree(assembly, ignore_errors=True)
