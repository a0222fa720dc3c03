"""Reads an app's templates before the deployment, and says by name what will not be as on AWS."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from blockwork.local.assembly import Stack
from blockwork.local.errors import LocalStageError
from blockwork.local.node_sdk import called, lacking, pinned
from blockwork.local.preflight.same_names import same_names
from blockwork.local.preflight.table import UNKNOWN, Fate, fate
from blockwork.local.template_values import TemplateValues

MOST_NAMED = 3
FUNCTION, PLACE = "AWS::Lambda::Function", "[tool.blockwork.local"
RUNS = ("python", "nodejs", "provided")
NO_DOCKER = "it is a container image, and there is no Docker here"
GIVEN_BY_CDK = "AssetParameters"
"""How the parameters begin that the CDK's command line gives by itself."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One resource, or one parameter, that is not as on AWS.

    :param stack: its stack's name.
    :param id: its logical id.
    :param type: of the resource, or what else it is.
    :param fate: what becomes of it.
    :param why: what happens instead, or what stands in the way; a sentence's end.
    """

    stack: str
    id: str
    type: str
    fate: Fate
    why: str


def check(stacks: list[Stack], parameters: Mapping[str, str]) -> list[str]:
    """Return a line for each type that does not do here what it does on AWS.

    :param parameters: what is given to CloudFormation, by `Stack:Name` or `Name`.
    :raises LocalStageError: if something cannot be deployed here; it names all that cannot.
    """
    found = [finding for stack in stacks for finding in findings(stack, parameters)]
    found += [
        Finding(stack=stack.name, id=id_, type=type_, fate=Fate.REFUSED, why=why)
        for stack, id_, type_, why in same_names(stacks, parameters)
    ]
    refused = [finding for finding in found if finding.fate is Fate.REFUSED]
    if refused:
        lines = "\n".join(
            f"  {each.stack}: {each.id} ({each.type}): {each.why}" for each in refused
        )
        raise LocalStageError(
            f"The local stage cannot take this, and nothing has been deployed:\n\n{lines}\n\n"
            f"Leave it out here: the app can see in its context that it is for this machine"
            f" ({PLACE}.context]), or name the other stacks ({PLACE}], stacks)."
        )
    return list(_lines(found))


def findings(stack: Stack, parameters: Mapping[str, str]) -> Iterator[Finding]:
    """Yield what is not as on AWS, in the template's order."""
    yield from _parameters(stack, parameters)
    values = TemplateValues(stack, parameters)
    for id_, resource in stack.resources.items():
        if values.is_made(resource) is False:
            continue
        type_, properties = resource["Type"], resource.get("Properties") or {}
        becomes, why = fate(type_)
        written = json.dumps(properties)
        runtime = values.text(
            properties.get("Runtime")
        )  # what only the deployment tells, it judges
        if any(image in written for image in stack.images) or (
            type_ == FUNCTION and values.text(properties.get("PackageType")) == "Image"
        ):
            becomes, why = Fate.REFUSED, NO_DOCKER
        elif type_ == FUNCTION and runtime and not runtime.startswith(RUNS):
            becomes, why = Fate.REFUSED, f"{runtime} needs Docker; Python and Node.js do not"
        elif type_.startswith("Custom::") and (unknown := _unknown_clients(properties)):
            becomes, why = Fate.REFUSED, _client_missing(unknown)
        elif why == UNKNOWN:
            why = f"{UNKNOWN}, and nobody has said that an app runs without it"
        if becomes is not Fate.MADE:
            yield Finding(stack=stack.name, id=id_, type=type_, fate=becomes, why=why)


def _parameters(stack: Stack, given: Mapping[str, str]) -> Iterator[Finding]:
    if stack.is_nested:  # its parent gives them
        return
    for name, parameter in (stack.template.get("Parameters") or {}).items():
        if (
            "Default" not in parameter
            and not {name, f"{stack.name}:{name}"} & given.keys()
            and not name.startswith(GIVEN_BY_CDK)
        ):
            way = f'it has no default; give it: {PLACE}.parameters] "{stack.name}:{name}" = "…"'
            yield Finding(stack=stack.name, id=name, type="parameter", fate=Fate.REFUSED, why=way)


def _unknown_clients(properties: dict[str, object]) -> set[str]:
    return lacking(called(properties) - pinned().keys())


def _client_missing(packages: set[str]) -> str:
    names = ", ".join(sorted(packages))
    return (
        f"it calls AWS by {names}, which the local stage does not install: add it to the"
        " devDependencies of the app's package.json, and its lock"
    )


def _lines(found: list[Finding]) -> Iterator[str]:
    def kind(finding: Finding) -> tuple[str, str]:
        return finding.type, finding.why

    for (type_, why), group in groupby(sorted(found, key=kind), key=kind):
        names = [f"{each.stack}: {each.id}" for each in group]
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        yield f"Not as on AWS: {type_}: {why} ({', '.join(names[:MOST_NAMED])}{more})."
