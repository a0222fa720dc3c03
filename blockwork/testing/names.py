"""Which property of a resource is its name, as CloudFormation's own schemas tell it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

REGION = "us-east-1"
"""The one that has every type."""
Schema = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Name:
    """A name that a template gives to a resource.

    :param required: whether CloudFormation makes up none.
    """

    path: str
    value: Any
    required: bool


def own_names(resource: Mapping[str, Any]) -> Iterator[Name]:
    """Yield the names of a resource that nothing else of its account and region can have.

    Not those inside another resource of the template, such as a stage of an API: where that one is
    new, they are free.
    """
    properties = resource.get("Properties", {})
    identifying, naming = _read_schema(resource["Type"])
    if any(_is_reference(properties.get(part)) for part in identifying):
        return
    for path, required in naming.items():
        top, _, inner = path.partition("/")
        value = properties.get(top, {}).get(inner) if inner else properties.get(top)
        if value is not None:
            yield Name(path=path, value=value, required=required)


def _is_reference(value: object) -> bool:
    return isinstance(value, dict) and bool({"Ref", "Fn::GetAtt"} & value.keys())


@cache
def _read_schema(kind: str) -> tuple[set[str], dict[str, bool]]:
    """Return what identifies a resource of a type, and what names it: whether that is required."""
    if kind.startswith(("Custom::", "AWS::CloudFormation::CustomResource")):
        return set(), {}
    # Takes a second, which only who asks for names needs to wait.
    from cfnlint.schema import ResourceNotFoundError
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

    try:
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, kind).schema
    except ResourceNotFoundError:  # newer than the schemas, or a registry's own
        return set(), {}
    identifying = {*schema.get("primaryIdentifier", ())}
    identifying |= {part for parts in schema.get("additionalIdentifiers", ()) for part in parts}
    identifying -= {*schema.get("readOnlyProperties", ())}
    fixed = {part for part in schema.get("createOnlyProperties", ()) if part.count("/") == 2}
    parts = {part.removeprefix("/properties/") for part in identifying}
    required = set(schema.get("required", ()))
    naming = {
        part: part in required
        for part in sorted(parts | {part.removeprefix("/properties/") for part in fixed})
        if _says_name(part, kind)
    }
    # CloudFront takes all that it is told, the name too, in one property.
    inner = {f"{top}/Name" for top in required if "Name" in _required_inside(schema, top)}
    return parts, naming | dict.fromkeys(sorted(inner), True)


def _says_name(part: str, kind: str) -> bool:
    """Tell whether a property is called after its resource: `QueueName` of a queue, or `Name`."""
    stem = re.compile("(Name|Identifier|Id)$")
    return stem.sub("", kind).endswith(stem.sub("", part))


def _required_inside(schema: Schema, part: str) -> list[str]:
    written = schema["properties"][part]
    definition = written.get("$ref", "").rpartition("/")[2]
    inside = schema["definitions"][definition] if definition else written
    found: list[str] = inside.get("required", [])
    return found
