"""Tell which stacks go on reading what another stack no longer has.

A weak reference (`Fn::GetStackOutput`) names an output, not its value. Where a resource is replaced
behind an output, the stacks that read it keep their templates, and the CDK CLI skips a stack whose
template is the one that is deployed: they go on with the old value until `cdk deploy --force`.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from blockwork.diff.data_at_risk import RESOURCE, Template

REFERENCE = "Fn::GetStackOutput"
IN_TEXT = re.compile(r"\$\{([^.!}]+)")
HOW = {"replace": "is replaced", "may be replaced": "may be replaced"}


def stale_references(
    producer: str,
    before: Template,
    after: Template,
    diff: str,
    readers: Mapping[str, Collection[str]],
) -> Iterator[str]:
    """Yield a line for each resource of a stack that others go on reading as it was.

    :param diff: what `cdk diff` says of the two templates.
    :param readers: by output of the stack, the stacks that read it and stay as they are.
    """
    replaced = _replaced(before, after, diff)
    told: dict[str, set[str]] = {}
    for output, stacks in readers.items():
        old, new = (template.get("Outputs", {}).get(output) for template in (before, after))
        if old is None or new is None:
            continue
        whys = [why for logical_id, why in replaced.items() if logical_id in _behind(new["Value"])]
        if not whys and old["Value"] != new["Value"]:
            whys = [f"Output {output} has another value"]
        for why in whys:
            told.setdefault(why, set()).update(stacks)
    for why, stacks in told.items():
        names = ", ".join(sorted(stacks))
        yield f"{producer}: {why}, and read by {names}: deploy with `--force`"


def readers_of(templates: Mapping[str, Template]) -> dict[str, dict[str, set[str]]]:
    """Return by stack and by its output which of these stacks read it."""
    found: dict[str, dict[str, set[str]]] = {}
    for reader, template in templates.items():
        for reference in _values(template, REFERENCE):
            outputs = found.setdefault(str(reference["StackName"]), {})
            outputs.setdefault(str(reference["OutputName"]), set()).add(reader)
    return found


def _replaced(before: Template, after: Template, diff: str) -> dict[str, str]:
    """Return by logical id what happens to a resource that does not stay what it is."""
    old, new = before.get("Resources", {}), after.get("Resources", {})
    found = {
        logical_id: f"{new[logical_id]['Type']} {logical_id} is replaced"
        for logical_id in old.keys() & new.keys()
        if old[logical_id]["Type"] != new[logical_id]["Type"]
    }
    for line in RESOURCE.finditer(diff):
        if line["impact"] in HOW:
            logical_id = line["name"].split()[-1]
            found[logical_id] = f"{line['type']} {line['name']} {HOW[line['impact']]}"
    return found


def _behind(value: Any) -> set[str]:  # noqa: ANN401 -- whatever a template holds
    """Return the resources that a value is made of."""
    found = {str(name) for name in _values(value, "Ref")}
    for attribute in _values(value, "Fn::GetAtt"):
        parts = attribute.split(".") if isinstance(attribute, str) else attribute
        found.add(str(parts[0]))
    for text in _values(value, "Fn::Sub"):
        found |= set(IN_TEXT.findall(text if isinstance(text, str) else text[0]))
    return found


def _values(part: Any, key: str) -> Iterator[Any]:  # noqa: ANN401
    """Yield every value of a key, however deep."""
    if isinstance(part, dict):
        if key in part:
            yield part[key]
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from _values(inner, key)
