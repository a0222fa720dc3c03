"""What holds for a stack as a whole."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping

from blockwork.testing.judging import Finding, rule
from blockwork.testing.rules.data import empties
from blockwork.testing.synthesis import SynthesisedApp, SynthesisedStack


@rule(
    why="a stack takes 500 resources (AWS CloudFormation, quotas), and one that is full can only "
    "be split by moving what holds data",
)
def resource_limit(app: SynthesisedApp) -> Iterator[Finding]:
    """Keep a stack far from CloudFormation's limit."""
    most = app.settings.most_resources
    for stack in app.stacks.values():
        if len(stack.resources) > most:
            yield Finding(
                at=stack.name,
                says=f"must have {most} resources at most, got {len(stack.resources)}: split it",
            )


@rule(
    why="an export cannot be changed or removed while a stack imports it (AWS CDK, guide, "
    "Resources: strong references)",
)
def no_exports(app: SynthesisedApp) -> Iterator[Finding]:
    """Hold no stack by another's import of its export."""
    way_out = (
        'set "@aws-cdk/core:defaultCrossStackReferences": "weak" in the context of cdk.json, or '
        "hand the value on by a parameter of SSM"
    )
    for stack in app.stacks.values():
        for name, output in stack.template.get("Outputs", {}).items():
            if "Export" in output:
                yield Finding(at=f"{stack.name}/{name}", says=f"is exported: {way_out}")
        for resource in stack.resources.values():
            if "Fn::ImportValue" in json.dumps(resource.raw):
                yield Finding(at=str(resource), says=f"imports another stack's export: {way_out}")
        if "Fn::ImportValue" in json.dumps(stack.template.get("Outputs", {})):
            yield Finding(at=stack.name, says=f"imports another stack's export: {way_out}")


@rule(
    why="what the CDK warns of at synthesis nobody reads in a pipeline",
)
def no_warnings(app: SynthesisedApp) -> Iterator[Finding]:
    """Leave no warning of a synthesis unread."""
    for assembly in app.assemblies:
        for file in sorted(assembly.rglob("*.json")):
            if "aws:cdk:warning" in file.read_text(encoding="utf-8"):
                name = file.name.removesuffix(".metadata.json").removesuffix(".json")
                yield Finding(
                    at=name,
                    says=f"synthesis warns of {_warnings(json.loads(file.read_text()))}: mend it, "
                    "or `Annotations.of(construct).acknowledge_warning(id, why)`",
                )


def _warnings(value: object) -> str:
    """Return the texts of all warnings, wherever they stand."""
    found: list[str] = []
    waiting = [value]
    while waiting:
        match waiting.pop():
            case {"type": "aws:cdk:warning", **rest}:
                found.append(str(rest.get("data")))
            case dict() as inner:
                waiting.extend(inner.values())
            case [*items]:
                waiting.extend(items)
    return "; ".join(sorted({*found}))


@rule(
    why="what a stage has and the one before it had not is deployed for the first time where it "
    "matters most (AWS CDK, best practices: model all production stages in code)",
)
def same_shape(app: SynthesisedApp) -> Iterator[Finding]:
    """Let stages differ in values, not in shape."""
    shapes: dict[str, dict[str, Counter[str]]] = {}
    for stack in app.stacks.values():
        for stage in app.settings.stages:
            if stack.name.startswith(f"{stage}-"):
                shapes.setdefault(stack.name[len(stage) + 1 :], {})[stage] = _kinds(stack)
    for name, stages in shapes.items():
        for kind in sorted({kind for kinds in stages.values() for kind in kinds}):
            if len({kinds[kind] for kinds in stages.values()}) > 1:
                yield Finding(
                    at=f"{name} ({kind})",
                    says="stages must differ in values, not in shape, got "
                    f"{_counts(stages, kind)}: build the same everywhere, let values decide",
                )


def _counts(stages: Mapping[str, Counter[str]], kind: str) -> str:
    return ", ".join(f"{kinds[kind]} in {stage}" for stage, kinds in stages.items())


def _kinds(stack: SynthesisedStack) -> Counter[str]:
    """Count a stack's types, without what empties buckets: data may go in some stages only."""
    return Counter(one.type for one in stack.resources.values() if not empties(one))
