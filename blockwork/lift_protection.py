"""Let a first deployment that failed be tried again.

`blockwork lift-protection ASSEMBLY`: CloudFormation cannot go on with a stack whose
creation failed; the CDK CLI deletes it and makes it again. Termination protection is on from a
stack's first moment and refuses that, although nothing of the stack was ever in use. This lifts it
from stacks of that kind and from no other, before `cdk deploy` deletes them; the new stack is
protected again, because the assembly says so.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import boto3
import typer
from botocore.exceptions import ClientError

from blockwork.arguments import folder
from blockwork.deployed import StageError, readable_errors

FAILED_CREATIONS = ("CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED")
"""A failed update ends in UPDATE_…: these three only ever follow a creation (CloudFormation User
Guide, "Stack status codes")."""

Assembly = Annotated[
    Path,
    typer.Argument(
        parser=folder,
        metavar="ASSEMBLY",
        help="A cloud assembly, as 'cdk synth --output' makes.",
    ),
]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where stacks are deployed, and who deploys them.

    :param account: its id. Default: whatever the credentials' is.
    :param region: Default: that of the environment.
    :param role: assumed for it, as the CDK CLI does. Default: the credentials are used as they are.
    :param external_id: what the role's trust asks for. Default: nothing.
    """

    account: str | None
    region: str | None
    role: str | None
    external_id: str | None = None


def protected_stacks(assembly: Path) -> dict[Place, set[str]]:
    """Return the names of the stacks that an assembly protects, nested assemblies included.

    :raises StageError: if the folder is no cloud assembly.
    """
    found: dict[Place, set[str]] = {}
    try:
        for name, stack in _stacks(assembly):
            properties = stack["properties"]
            if properties.get("terminationProtection"):
                account, region = stack["environment"].removeprefix("aws://").split("/")
                place = Place(
                    account=None if account.startswith("unknown-") else account,
                    region=None if region.startswith("unknown-") else region,
                    role=properties.get("assumeRoleArn"),
                    external_id=properties.get("assumeRoleExternalId"),
                )
                found.setdefault(place, set()).add(properties.get("stackName", name))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise StageError(
            f"{assembly} is no cloud assembly: make one with 'cdk synth --output {assembly}'"
        ) from error
    return found


def _stacks(assembly: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    artifacts = json.loads((assembly / "manifest.json").read_text())["artifacts"]
    for name, artifact in artifacts.items():
        if artifact["type"] == "aws:cloudformation:stack":
            yield name, artifact
        elif artifact["type"] == "cdk:cloud-assembly":
            yield from _stacks(assembly / artifact["properties"]["directoryName"])


def lift(cloudformation: Any, names: set[str]) -> Iterator[str]:  # noqa: ANN401 -- a client
    """Lift the protection of those stacks whose creation failed, and say of which."""
    pages = cloudformation.get_paginator("describe_stacks").paginate()
    for stack in [stack for page in pages for stack in page["Stacks"]]:
        name, status = stack["StackName"], stack["StackStatus"]
        protected = stack.get("EnableTerminationProtection", False)
        if name in names and status in FAILED_CREATIONS and protected:
            cloudformation.update_termination_protection(
                StackName=stack["StackId"], EnableTerminationProtection=False
            )
            yield (
                f"{name}: its creation failed ({status}), nothing of it was ever in use; its"
                " termination protection is lifted, so that the deployment can make it anew"
            )


def _session(place: Place) -> boto3.Session:
    """Return the credentials of the place's role; our own where these fit too, as the CLI does."""
    ours = boto3.Session(region_name=place.region)
    if not place.role:
        return ours
    sts = ours.client("sts")
    account = sts.get_caller_identity()["Account"]
    request = {
        "RoleArn": _resolved(place.role, ours, account),
        "RoleSessionName": "lift-protection",
    }
    if place.external_id:
        request["ExternalId"] = place.external_id
    try:
        given = sts.assume_role(**request)["Credentials"]
    except ClientError:
        if account == (place.account or account):
            return ours
        raise
    return boto3.Session(
        region_name=place.region,
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )


def _resolved(role: str, session: boto3.Session, account: str) -> str:
    """Fill in what an assembly for any account leaves open."""
    region = session.region_name
    known = {
        "AWS::Partition": session.get_partition_for_region(region),
        "AWS::AccountId": account,
        "AWS::Region": region,
    }
    for name, value in known.items():
        role = role.replace(f"${{{name}}}", value)
    return role


def lift_protection(assembly: Assembly) -> None:
    """Let a first deployment that failed be tried again, although its stack is protected.

    Lifts termination protection from the assembly's stacks whose creation failed, and from no
    other, with the credentials of the shell. `cdk deploy` then makes them anew, protected again.

    Example: blockwork lift-protection cdk.out
    """
    with readable_errors():
        for place, names in protected_stacks(assembly).items():
            for line in lift(_session(place).client("cloudformation"), names):
                typer.echo(line)
