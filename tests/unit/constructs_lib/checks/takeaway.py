"""Take one permission after the other away from an assembly, in memory."""

import json
from collections.abc import Iterator
from typing import Any

from constructs_lib.checks.access import Access
from constructs_lib.checks.assembly import Assembly
from constructs_lib.checks.walk import deliveries_of

NOTHING = "nothing:Nothing"


def needs_without_each(assembly: Assembly) -> tuple[set[str], set[str]]:
    """Return what all deliveries need, and what is missed when one statement at a time is away.

    What one policy says of the same principal twice goes together, with others or alone.
    """
    deliveries = deliveries_of(assembly)
    permissions = list(_permissions(assembly))
    together: dict[str, list[dict[str, Any]]] = {}
    for holder, statement in permissions:
        for of in _principals(statement):
            together.setdefault(f"{holder} {of}", []).append(statement)

    def without(statements: list[dict[str, Any]]) -> set[str]:
        allowed = [statement["Action"] for statement in statements]
        for statement in statements:
            statement["Action"] = NOTHING
        access = Access(assembly)
        problems = {problem for one in deliveries for problem in access.missing(one)}
        for statement, actions in zip(statements, allowed, strict=True):
            statement["Action"] = actions
        return problems

    needed = without([statement for _, statement in permissions])
    return needed, {problem for some in together.values() for problem in without(some)}


def _principals(statement: dict[str, Any]) -> list[Any]:
    """Return whom a statement speaks of, one by one; else itself."""
    principal = statement.get("Principal") or id(statement)
    services = principal.get("Service", principal) if isinstance(principal, dict) else principal
    return services if isinstance(services, list) else [services]


def _permissions(assembly: Assembly) -> Iterator[tuple[str, dict[str, Any]]]:
    for resource in assembly.resources:
        properties = resource.properties
        assert isinstance(properties, dict)
        if resource.type == "AWS::Lambda::Permission":
            yield str(properties["FunctionName"]), properties
        if resource.type == "AWS::Logs::ResourcePolicy":
            properties["PolicyDocument"] = json.loads(properties["PolicyDocument"])
        for statement in _statements(properties):
            yield str(resource), statement


def _statements(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if value.get("Effect") == "Allow":
            yield value
        for item in value.values():
            yield from _statements(item)
    elif isinstance(value, list):
        for item in value:
            yield from _statements(item)
