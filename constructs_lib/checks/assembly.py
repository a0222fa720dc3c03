"""What `cdk synth` wrote, read as CloudFormation would: every reference has become text.

Nothing is deployed yet, so names are made up: `<stack>-<logical id>` where a template gives none.
They are the same wherever a resource is named, which is all that a check needs.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from constructs_lib.checks.names import ARNS, arn_of, attribute_of, name_of, reference_to

NO_VALUE = object()


@dataclass(frozen=True, kw_only=True, eq=False)
class Resource:
    """One resource of a template.

    :param properties: with every reference resolved.
    """

    stack: "Stack"
    id: str
    type: str
    properties: Mapping[str, Any]
    name: str
    arn: str

    def __str__(self) -> str:
        """Say where to find it, and what it is."""
        return f"{self.stack.name}/{self.id} ({self.type})"


@dataclass(kw_only=True, eq=False)
class Stack:
    """A stack of the assembly, its template as it was written."""

    assembly: "Assembly"
    name: str
    account: str
    region: str
    template: dict[str, Any]
    _made: dict[str, Resource] = field(default_factory=dict)

    def resource(self, id_: str) -> Resource:
        """Return a resource by its logical id."""
        if id_ not in self._made:
            raw = self.template["Resources"][id_]
            properties = self.resolve(raw.get("Properties") or {})
            name = name_of(self.name, id_, raw["Type"], properties)
            arn = arn_of(raw["Type"], name, properties, region=self.region, account=self.account)
            self._made[id_] = Resource(
                stack=self, id=id_, type=raw["Type"], properties=properties, name=name, arn=arn
            )
        return self._made[id_]

    def resolve(self, value: Any) -> Any:  # noqa: ANN401 -- JSON
        """Return a value with its intrinsic functions called; `Fn::If` takes what is there."""
        if isinstance(value, list):
            items = (self.resolve(item) for item in value)
            return [item for item in items if item is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((function, operand),) = value.items()
            if function == "Ref" or function.startswith("Fn::"):
                return self._call(function, operand)
        pairs = ((key, self.resolve(item)) for key, item in value.items())
        return {key: item for key, item in pairs if item is not NO_VALUE}

    def _call(self, function: str, operand: Any) -> Any:  # noqa: ANN401 -- JSON
        match function, operand:
            case "Ref", str():
                return self._ref(operand)
            case "Fn::GetAtt", str():
                return self._attribute(*operand.split(".", 1))
            case "Fn::GetAtt", [id_, attribute]:
                return self._attribute(id_, attribute)
            case "Fn::Join", [separator, parts]:
                return separator.join(str(part) for part in self.resolve(parts))
            case "Fn::Sub", str():
                return self._substituted(operand, {})
            case "Fn::Sub", [text, variables]:
                return self._substituted(text, self.resolve(variables))
            case "Fn::Select", [index, options]:
                chosen = self.resolve(options)
                if isinstance(chosen, list) and int(index) < len(chosen):
                    return chosen[int(index)]
            case "Fn::Split", [separator, text]:
                return str(self.resolve(text)).split(separator)
            case "Fn::If", [_, yes, no]:
                taken = self.resolve(yes)
                return self.resolve(no) if taken is NO_VALUE else taken
            case "Fn::ImportValue", name:
                return self.assembly.exported(self, str(self.resolve(name)))
            case "Fn::GetStackOutput", {"StackName": stack, "OutputName": output}:
                region = str(operand.get("Region", self.region))
                return self.assembly.output(str(stack), str(output), region)
        return json.dumps({function: operand})

    def _ref(self, id_: str) -> Any:  # noqa: ANN401 -- a parameter may be a list
        pseudo = {
            "AWS::AccountId": self.account,
            "AWS::NoValue": NO_VALUE,
            "AWS::Partition": "aws",
            "AWS::Region": self.region,
            "AWS::StackName": self.name,
            "AWS::URLSuffix": "amazonaws.com",
        }
        if id_ in self.template["Resources"]:
            resource = self.resource(id_)
            return reference_to(
                resource.type, resource.name, resource.arn, self.region, self.account
            )
        return pseudo.get(id_, self.template.get("Parameters", {}).get(id_, {}).get("Default", id_))

    def _attribute(self, id_: str, attribute: str) -> str:
        resource = self.resource(id_)
        return attribute_of(resource.type, resource.name, resource.arn, attribute, self.region)

    def _substituted(self, text: str, variables: Mapping[str, Any]) -> str:
        parts = text.split("${")
        done = [parts[0]]
        for part in parts[1:]:
            name, _, rest = part.partition("}")
            if name.startswith("!"):
                done.append(f"${{{name[1:]}}}{rest}")
            elif name in variables:
                done.append(f"{variables[name]}{rest}")
            elif "." in name:
                done.append(f"{self._attribute(*name.split('.', 1))}{rest}")
            else:
                done.append(f"{self._ref(name)}{rest}")
        return "".join(done)


class Assembly:
    """All stacks of a cloud assembly, those of its nested assemblies too.

    :param folder: what `cdk synth --output` or `app.synth().directory` names.
    :param templates: to judge instead of those in the folder, by stack name.
    """

    def __init__(self, folder: Path, templates: Mapping[str, dict[str, Any]] | None = None) -> None:
        self.stacks: list[Stack] = []
        for manifest in sorted(folder.rglob("manifest.json")):
            for artifact in json.loads(manifest.read_text())["artifacts"].values():
                if artifact["type"] == "aws:cloudformation:stack":
                    self._add(manifest.parent, artifact, templates or {})

    def _add(
        self, folder: Path, artifact: dict[str, Any], templates: Mapping[str, dict[str, Any]]
    ) -> None:
        file = folder / artifact["properties"]["templateFile"]
        name = artifact["properties"].get("stackName") or file.name.partition(".")[0]
        account, region = artifact["environment"].removeprefix("aws://").split("/")
        template = templates[name] if name in templates else json.loads(file.read_text())
        template.setdefault("Resources", {})
        self.stacks.append(
            Stack(assembly=self, name=name, account=account, region=region, template=template)
        )

    @cached_property
    def resources(self) -> list[Resource]:
        """Every resource of every stack."""
        return [stack.resource(id_) for stack in self.stacks for id_ in stack.template["Resources"]]

    @cached_property
    def _by_arn(self) -> dict[str, Resource]:
        return {resource.arn: resource for resource in self.resources}

    @cached_property
    def _by_name(self) -> dict[str, Resource]:
        return {
            text: resource
            for resource in self.resources
            if resource.type in ARNS  # others have names for people, or are parts of these
            for text in (
                resource.name,
                reference_to(
                    resource.type,
                    resource.name,
                    resource.arn,
                    resource.stack.region,
                    resource.stack.account,
                ),
            )
        }

    def find(self, text: str) -> Resource | None:
        """Return what an ARN, a name or a URL means; what is inside a resource means it too."""
        whole = text.removesuffix(":*")
        while whole.startswith("arn:"):
            if whole in self._by_arn:
                return self._by_arn[whole]
            cut = max(whole.rfind(":"), whole.rfind("/"))
            if cut < 0 or whole.count(":") < 5:
                return None
            whole = whole[:cut]
        return self._by_name.get(text)

    def of_type(self, *types: str) -> Iterator[Resource]:
        """Yield the resources of some types."""
        return (resource for resource in self.resources if resource.type in types)

    def output(self, stack: str, name: str, region: str) -> Any:  # noqa: ANN401 -- JSON
        """Return the value of an output, in text that says so where there is none."""
        for candidate in self.stacks:
            if (candidate.name, candidate.region) == (stack, region):
                found = candidate.template.get("Outputs", {}).get(name)
                if found:
                    return candidate.resolve(found["Value"])
        return f"{stack}.{name}"

    def exported(self, reader: Stack, name: str) -> Any:  # noqa: ANN401 -- JSON
        """Return what a stack of the reader's account and region exports."""
        for stack in self.stacks:
            if (stack.account, stack.region) == (reader.account, reader.region):
                for output in stack.template.get("Outputs", {}).values():
                    if stack.resolve(output.get("Export", {}).get("Name")) == name:
                        return stack.resolve(output["Value"])
        return name
