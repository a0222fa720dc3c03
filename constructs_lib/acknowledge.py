"""Say beside the cause why a finding of a rule pack is acceptable."""

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any
from weakref import WeakKeyDictionary

import jsii
from aws_cdk import Acknowledgment, Stack, Validations
from aws_cdk import aws_iam as iam
from constructs import IConstruct, IValidation

from constructs_lib.asked_once import node_of, stack_of

KNOW_NO_RESOURCES = {
    "dynamodb:ListStreams",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}
"""What the CDK grants to functions, and AWS allows for every resource or not at all (Service
Authorization Reference)."""


RULE_PACK = "cdk_nag"
"""What an app has imported that lets a rule pack judge it; no other hears what is said here."""
_ends: WeakKeyDictionary[Stack, "_AtTheEnd"] = WeakKeyDictionary()


def acknowledge(construct: IConstruct, **findings: str) -> None:
    """Acknowledge findings of cdk-nag's AwsSolutions pack on a construct and what is below it.

    It changes no template and needs no cdk-nag; an app without the pack does not notice::

        acknowledge(bucket, S1="only CloudFront reads it, and CloudFront counts")

    It is said where somebody listens, as saying it takes time: at once if cdk-nag has been
    imported, at the end of the synthesis if it is imported until then, and else never.

    :param findings: for each rule, by its short name, why its finding is acceptable.
    """
    if RULE_PACK in sys.modules:
        _say(construct, findings)
    else:
        _at_the_end(construct, lambda: _say(construct, findings))


def _say(construct: IConstruct, findings: dict[str, str]) -> None:
    Validations.of(construct).acknowledge(
        *(
            Acknowledgment(id=f"AwsSolutions::AwsSolutions-{rule}", reason=reason)
            for rule, reason in findings.items()
        )
    )


def acknowledge_wildcard(principal: IConstruct, resource: str, /, *, why: str) -> None:
    """Acknowledge that a role's statements name one resource with a wildcard in it.

    cdk-nag names such a finding by the resource as the template writes it, which is known at the
    end only: a resource of another stack is an export or an output of it, as the app's flags say.

    :param principal: the role.
    :param resource: the ARN that its statements hold, such as `bucket.arn_for_objects("*")`.
    :param why: why it is acceptable.
    """

    def say() -> None:
        written = _as_written(stack_of(principal).resolve(resource))
        _say(principal, {f"IAM5[Resource::{written}]": why})

    _at_the_end(principal, say)


def acknowledge_no_resources(role: iam.IRole, /, *further: str, why: str) -> None:
    """Acknowledge `*` as a resource where a role's statements allow what knows no resources.

    That is for each policy, and only if all of its statements with that resource do: one of another
    action is reported.

    :param further: actions beside those of `KNOW_NO_RESOURCES`.
    :param why: why it is acceptable.
    """
    known = {*KNOW_NO_RESOURCES, *further}

    def say() -> None:
        for policy, document in _policies(role):
            if not _wider(document, known):
                _say(policy, {"IAM5[Resource::*]": why})

    _at_the_end(role, say)


def acknowledge_versions(role: iam.IRole, /, *, why: str) -> None:
    """Acknowledge that a role may invoke any version of the functions that it may invoke.

    :param why: why it is acceptable.
    """

    def say() -> None:
        for policy, document in _policies(role):
            for statement in document["Statement"]:
                if _each(statement.get("Action")) == ["lambda:InvokeFunction"]:
                    for resource in map(_as_written, _each(statement.get("Resource"))):
                        if resource.endswith(":*"):
                            _say(policy, {f"IAM5[Resource::{resource}]": why})

    _at_the_end(role, say)


def _policies(role: iam.IRole) -> Iterator[tuple[iam.Policy, Any]]:
    """Yield each policy of a role, with its document as the template has it."""
    for child in node_of(role).children:
        if isinstance(child, iam.Policy):
            yield child, stack_of(role).resolve(child.document)


def _wider(document: Any, known: set[str]) -> bool:  # noqa: ANN401 -- as a template has it
    """Tell whether a policy allows on everything what is not among the known actions."""
    return any(
        not known.issuperset(_each(statement.get("Action")))
        for statement in document["Statement"]
        if statement["Effect"] == "Allow" and "*" in _each(statement.get("Resource"))
    )


def _each(value: Any) -> list[Any]:  # noqa: ANN401 -- as a policy has it, one or a list
    return value if isinstance(value, list) else [value]


def _at_the_end(construct: IConstruct, work: Callable[[], None]) -> None:
    """Do something when references are settled and nothing is written yet, if a pack will judge.

    Each stack is asked whether it is valid then, which is before the packs of its stage.
    """
    try:
        stack = stack_of(construct)
    except RuntimeError:  # an app or a stage
        work()
        return
    if stack not in _ends:
        _ends[stack] = _AtTheEnd()
        node_of(stack).add_validation(_ends[stack])
    _ends[stack].work.append(work)


@jsii.implements(IValidation)
class _AtTheEnd:
    """What is done at the end of one stack."""

    def __init__(self) -> None:
        self.work: list[Callable[[], None]] = []

    def validate(self) -> list[str]:
        if RULE_PACK in sys.modules:
            for each in self.work:
                each()
        return []


def _as_written(value: Any) -> str:  # noqa: ANN401 -- a template's value is anything
    """Return a value of a template as cdk-nag writes it into a finding's name."""
    match value:
        case str():
            return value.replace("${", "<").replace("}", ">")
        case {"Fn::Join": [delimiter, parts]}:
            return str(delimiter).join(_as_written(part) for part in parts)
        case {"Fn::Sub": inner} | {"Fn::ImportValue": inner}:
            return _as_written(inner)
        case {"Fn::GetAtt": [resource, attribute]}:
            return f"<{_as_written(resource)}.{_as_written(attribute)}>"
        case {"Ref": inner}:
            return f"<{_as_written(inner)}>"
    return json.dumps(value, separators=(",", ":"))
