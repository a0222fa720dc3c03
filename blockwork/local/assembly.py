"""What an app is synthesised to, read before anything of it is deployed."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from blockwork.local.aws import ACCOUNT
from blockwork.local.launch import REGION

STACK, NESTED_STAGE, ASSETS = "aws:cloudformation:stack", "cdk:cloud-assembly", "cdk:asset-manifest"
NESTED = "AWS::CloudFormation::Stack"
SIGNS = re.compile(r"[][{}()!+@|]")


@dataclass(frozen=True, kw_only=True, order=True)
class Environment:
    """Where stacks are deployed.

    :param account: twelve digits. Default: the local stage's.
    :param region: Default: the local stage's.
    """

    account: str = ACCOUNT
    region: str = REGION

    @classmethod
    def parse(cls, text: str) -> "Environment":
        """Read `aws://ACCOUNT/REGION` as a manifest has it; the unknown is the local stage's."""
        account, _, region = text.removeprefix("aws://").partition("/")
        return cls(
            account=ACCOUNT if account == "unknown-account" else account,
            region=REGION if region == "unknown-region" else region,
        )

    def __str__(self) -> str:
        """Return it as the CDK's command line takes it."""
        return f"aws://{self.account}/{self.region}"


@dataclass(frozen=True, kw_only=True)
class Stack:
    """One template.

    :param name: the stack's; of a nested one after its parent's.
    :param template: its content.
    :param assets: the files that it is deployed with, by their hash.
    :param images: the hashes of the container images that it is deployed with.
    :param is_nested: whether another stack deploys it.
    :param id: how `cdk list` names it; a nested one has its parent's.
    :param needs: the same of those that are deployed before it.
    """

    name: str
    environment: Environment
    template: dict[str, Any]
    assets: dict[str, Path] = field(default_factory=dict)
    images: frozenset[str] = frozenset()
    is_nested: bool = False
    id: str = ""
    needs: frozenset[str] = frozenset()

    @property
    def resources(self) -> dict[str, dict[str, Any]]:
        """Its resources by logical id."""
        found: dict[str, dict[str, Any]] = self.template.get("Resources") or {}
        return found


def read_stacks(assembly: Path) -> list[Stack]:
    """Return every stack of an assembly, those of stages and nested ones included.

    :param assembly: the folder with `manifest.json`.
    """
    return list(_stacks(assembly))


def chosen(stacks: list[Stack], patterns: Sequence[str]) -> list[Stack]:
    """Return the stacks that `cdk deploy` with these patterns deploys: what they need, too.

    :param patterns: ids, `*` for any characters but `/`, `**` for any. Default: all stacks; so it
        is with one that has more of the shell's signs.
    """
    if not patterns or any(SIGNS.search(pattern) for pattern in patterns):
        return stacks
    wanted = [re.compile(_expression(pattern)) for pattern in patterns]
    found = {each.id for each in stacks if any(one.fullmatch(each.id) for one in wanted)}
    while more := {id_ for each in stacks if each.id in found for id_ in each.needs} - found:
        found |= more
    return [each for each in stacks if each.id in found]


def _expression(pattern: str) -> str:
    parts = {"**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(parts.get(part, re.escape(part)) for part in re.split(r"(\*\*|\*|\?)", pattern))


def environments(stacks: list[Stack]) -> list[Environment]:
    """Return where they are deployed, each once."""
    return sorted({stack.environment for stack in stacks})


def places(assembly: Path, patterns: Sequence[str]) -> list[Environment]:
    """Return where the chosen stacks of an assembly are deployed; none: it cannot be read."""
    try:
        stacks = read_stacks(assembly)
    except (OSError, ValueError, KeyError):
        return []
    return environments(chosen(stacks, patterns))


def _manifest(assembly: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((assembly / "manifest.json").read_text())
    return content


def _stacks(assembly: Path) -> Iterator[Stack]:
    artifacts = _manifest(assembly).get("artifacts", {})
    ids = {name: _id(name, each) for name, each in artifacts.items() if each["type"] == STACK}
    for name, artifact in artifacts.items():
        properties = artifact.get("properties", {})
        if artifact["type"] == NESTED_STAGE:
            yield from _stacks(assembly / properties["directoryName"])
        elif artifact["type"] == STACK:
            assets, images = _assets(assembly, name)
            template = json.loads((assembly / properties["templateFile"]).read_text())
            stack = Stack(
                name=properties.get("stackName", name),
                environment=Environment.parse(artifact["environment"]),
                template=template,
                assets=assets,
                images=images,
                id=ids[name],
                needs=frozenset(
                    ids[each] for each in artifact.get("dependencies", []) if each in ids
                ),
            )
            yield stack
            yield from _nested(stack)


def _id(name: str, artifact: dict[str, Any]) -> str:
    return str(artifact.get("displayName", name)).partition(" ")[0]


def _assets(assembly: Path, stack: str) -> tuple[dict[str, Path], frozenset[str]]:
    file = assembly / f"{stack}.assets.json"
    if not file.is_file():
        return {}, frozenset()
    content = json.loads(file.read_text())
    files = {
        key: assembly / each["source"]["path"]
        for key, each in content.get("files", {}).items()
        if "path" in each["source"]
    }
    return files, frozenset(content.get("dockerImages", {}))


def _nested(parent: Stack) -> Iterator[Stack]:
    for id_, resource in parent.resources.items():
        hash_ = asset_in(resource.get("Properties", {}).get("TemplateURL"), parent)
        if resource["Type"] == NESTED and hash_ is not None:
            stack = Stack(
                name=f"{parent.name}/{id_}",
                environment=parent.environment,
                template=json.loads(parent.assets[hash_].read_text()),
                assets=parent.assets,
                images=parent.images,
                is_nested=True,
                id=parent.id,
            )
            yield stack
            yield from _nested(stack)


def asset_in(value: object, stack: Stack) -> str | None:
    """Return the hash of the file that a property names; None: it names none of the assembly."""
    written = json.dumps(value)
    return next((key for key in stack.assets if key in written), None)
