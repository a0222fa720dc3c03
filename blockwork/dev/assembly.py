"""What an assembly says of its stacks: what the CDK's command line would deploy."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

STACK = "aws:cloudformation:stack"
ASSETS = "cdk:asset-manifest"
NESTED = "cdk:cloud-assembly"


@dataclass(frozen=True, kw_only=True)
class AssemblyStack:
    """One stack of an assembly.

    :param id: of the artifact, by which others name it.
    :param name: what CloudFormation calls it.
    :param folder: of its assembly.
    :param said: its properties in the manifest.
    :param needs: the ids of the stacks that come before it.
    :param asset_manifests: the files that say what it needs published.
    """

    id: str
    name: str
    folder: Path
    said: Mapping[str, Any]
    needs: frozenset[str]
    asset_manifests: tuple[Path, ...]

    @cached_property
    def template(self) -> dict[str, Any]:
        """Return the template."""
        template: dict[str, Any] = json.loads(self.file.read_text())
        return template

    @property
    def file(self) -> Path:
        """Return the file of the template."""
        return self.folder / str(self.said["templateFile"])

    @property
    def tags(self) -> dict[str, str]:
        """Return the tags of the stack itself."""
        return dict(self.said.get("tags", {}))

    @property
    def parameters(self) -> dict[str, str]:
        """Return the values that the app gives to parameters of the template."""
        return dict(self.said.get("parameters", {}))

    def path_of(self, logical_id: str) -> str | None:
        """Return the path of the construct that a resource is made by, None if nobody knows."""
        resource = self.template.get("Resources", {}).get(logical_id, {})
        path = resource.get("Metadata", {}).get("aws:cdk:path")
        return str(path) if path else None

    def reads_of(self, name: str, outputs: Collection[str]) -> bool:
        """Tell whether the template takes one of these outputs of another stack.

        By `Fn::GetStackOutput`; one whose name is not written there may be any of them.
        """
        return bool(outputs) and _reads(self.template, name, outputs)


def read_stacks(assembly: Path) -> list[AssemblyStack]:
    """Return the stacks of an assembly and of those within it, each after those it needs."""
    found = {stack.id: stack for stack in _stacks(assembly)}
    ordered: dict[str, AssemblyStack] = {}

    def add(stack: AssemblyStack) -> None:
        for id_ in sorted(stack.needs & found.keys() - ordered.keys()):
            add(found[id_])
        ordered.setdefault(stack.id, stack)

    for stack in found.values():
        add(stack)
    return list(ordered.values())


def _stacks(assembly: Path) -> Iterator[AssemblyStack]:
    artifacts = json.loads((assembly / "manifest.json").read_text())["artifacts"]
    for id_, artifact in artifacts.items():
        said = artifact.get("properties", {})
        if artifact["type"] == NESTED:
            yield from _stacks(assembly / said["directoryName"])
        if artifact["type"] != STACK:
            continue
        needs = {each: artifacts[each] for each in artifact.get("dependencies", [])}
        yield AssemblyStack(
            id=id_,
            name=said.get("stackName") or id_,
            folder=assembly,
            said=said,
            needs=frozenset(each for each, other in needs.items() if other["type"] == STACK),
            asset_manifests=tuple(
                assembly / other["properties"]["file"]
                for other in needs.values()
                if other["type"] == ASSETS
            ),
        )


def _reads(value: object, name: str, outputs: Collection[str]) -> bool:
    if isinstance(value, dict):
        of = value.get("Fn::GetStackOutput")
        if isinstance(of, dict) and str(of.get("StackName", "")).split("/")[0].endswith(name):
            output = of.get("OutputName")
            return not isinstance(output, str) or output in outputs
        return any(_reads(each, name, outputs) for each in value.values())
    return isinstance(value, list) and any(_reads(each, name, outputs) for each in value)
