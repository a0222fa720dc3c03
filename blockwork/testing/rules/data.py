"""What keeps data where it must survive, and lets it go where it may."""

from collections.abc import Iterator
from typing import Any

from blockwork.diff.data_at_risk import STATEFUL
from blockwork.testing.judging import Finding, rule
from blockwork.testing.synthesis import SynthesisedApp, SynthesisedResource, SynthesisedStack

KEPT = {"Retain", "RetainExceptOnCreate", "Snapshot"}
PROTECTION = {"DeletionProtection", "DeletionProtectionEnabled", "DisableApiTermination"}
OFF = (False, "false", "INACTIVE")
EMPTYING = {"Custom::BucketEmptying", "Custom::S3AutoDeleteObjects"}
"""This library's own, and the CDK's `auto_delete_objects`."""
EMPTIES_BY = ("BucketEmptying", "CustomS3AutoDeleteObjectsCustomResourceProvider")
"""What the ids begin with of all that these need."""
MAY_GO = "or name the stack in `data_may_go` of pyproject.toml, [tool.blockwork.testing]"


def empties(resource: SynthesisedResource) -> bool:
    """Tell whether a resource is there to empty buckets."""
    return resource.type in EMPTYING or resource.id.startswith(EMPTIES_BY)


@rule(
    why="CloudFormation deletes what it replaces, and all of a stack that is deleted, unless its "
    "policies say otherwise (AWS CloudFormation, DeletionPolicy and UpdateReplacePolicy)",
)
def data_survives(app: SynthesisedApp) -> Iterator[Finding]:
    """Keep data when its resource is removed or replaced."""
    for resource in app.of_type(*STATEFUL):
        if resource.stack.keeps_data:
            for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
                value = resource.raw.get(policy, "nothing")
                if value not in KEPT:
                    yield Finding(
                        at=str(resource),
                        says=f"{policy} must be one of {', '.join(sorted(KEPT))}, got {value}: "
                        f"RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE says so, {MAY_GO}",
                    )


@rule(
    why="what is retained even when its creation fails keeps its name taken, and the next try "
    "cannot make it again (AWS CloudFormation, DeletionPolicy: RetainExceptOnCreate)",
)
def failed_creation(app: SynthesisedApp) -> Iterator[Finding]:
    """Leave nothing of a creation that failed."""
    for resource in app.resources:
        if resource.raw.get("DeletionPolicy") == "Retain":
            yield Finding(
                at=str(resource),
                says="DeletionPolicy must not be Retain: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE "
                "makes it RetainExceptOnCreate",
            )


@rule(
    why="one call deletes a table, a pool or a database whatever its stack says, unless the "
    "service itself refuses; and a table without point-in-time recovery goes back to no moment "
    "(AWS Well-Architected, REL09)",
)
def data_protected(app: SynthesisedApp) -> Iterator[Finding]:
    """Protect users, tables and databases, and make tables recoverable."""
    for resource in app.resources:
        if resource.stack.keeps_data:
            for name, wanted, value in _protections(resource):
                if value != wanted:
                    yield Finding(
                        at=str(resource), says=f"{name} must be {wanted}, got {value}, {MAY_GO}"
                    )


def _protections(resource: SynthesisedResource) -> Iterator[tuple[str, Any, Any]]:
    """Yield the name, the value that is wanted, and the one that is there."""
    said = resource.properties
    match resource.type:
        case "AWS::Cognito::UserPool":
            yield "DeletionProtection", "ACTIVE", said.get("DeletionProtection")
        case "AWS::RDS::DBCluster" | "AWS::RDS::DBInstance" if (
            "DBClusterIdentifier" not in said or (resource.type == "AWS::RDS::DBCluster")
        ):
            yield "DeletionProtection", True, said.get("DeletionProtection")
        case "AWS::DynamoDB::GlobalTable" | "AWS::DynamoDB::Table":
            for table in said.get("Replicas", [said]):
                yield "DeletionProtectionEnabled", True, table.get("DeletionProtectionEnabled")
                recovery = table.get("PointInTimeRecoverySpecification", {})
                wanted = "PointInTimeRecoveryEnabled"
                yield wanted, True, recovery.get(wanted)


@rule(
    why="a stage that is made and unmade must go whole: what stays keeps its name and costs, what "
    "refuses fails the deletion of its stack; and where data stays, its versions are all that "
    "brings it back",
)
def data_goes(app: SynthesisedApp) -> Iterator[Finding]:
    """Leave nothing where data may go, and empty nothing elsewhere."""
    for stack in app.stacks.values():
        yield from _stays(stack) if stack.keeps_data else _goes(stack)


def _goes(stack: SynthesisedStack) -> Iterator[Finding]:
    for resource in stack.resources.values():
        for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
            value = resource.raw.get(policy, "Delete")
            if value != "Delete":
                says = f"{policy} must be Delete where data may go, got {value}"
                yield Finding(at=str(resource), says=f"{says}: RemovalPolicy.DESTROY")
        for name, value in settings_in(resource.properties):
            if name in PROTECTION and value not in OFF:
                says = f"{name} must be off where data may go, got {value}"
                yield Finding(at=str(resource), says=says)
    emptied = _emptied(stack)
    for bucket in stack.of_type("AWS::S3::Bucket"):
        if bucket.id not in emptied:
            yield Finding(
                at=str(bucket),
                says="must be emptied before it is deleted, S3 deletes none that holds anything: "
                "`Bucket` of constructs_lib does, `auto_delete_objects=True` of the CDK's",
            )


def _stays(stack: SynthesisedStack) -> Iterator[Finding]:
    for resource in stack.resources.values():
        if resource.type in EMPTYING:
            yield Finding(
                at=str(resource), says=f"empties a bucket that must keep its data, {MAY_GO}"
            )
        actions = (value for name, value in settings_in(resource.properties) if name == "Action")
        if any("s3:DeleteObjectVersion" in as_list(action) for action in actions):
            yield Finding(
                at=str(resource),
                says="allows s3:DeleteObjectVersion where data must survive, and versions are all "
                f"that brings a deleted object back: leave it out, {MAY_GO}",
            )


def _emptied(stack: SynthesisedStack) -> set[str]:
    names = (item.properties.get("BucketName") for item in stack.of_type(*EMPTYING))
    return {name["Ref"] for name in names if isinstance(name, dict) and "Ref" in name}


def settings_in(value: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 -- JSON
    """Yield every key with its value, however deep."""
    if isinstance(value, dict):
        yield from value.items()
    parts = value.values() if isinstance(value, dict) else value
    if isinstance(value, (dict, list)):
        for part in parts:
            yield from settings_in(part)


def as_list(value: Any) -> list[Any]:  # noqa: ANN401 -- JSON
    """Return what may be one or several as several."""
    return value if isinstance(value, list) else [value]
