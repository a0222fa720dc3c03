"""What a request to DynamoDB says of items and attributes, as its condition keys name it."""

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

Members = Mapping[str, Any]

EXPRESSIONS = (
    "ConditionExpression",
    "FilterExpression",
    "KeyConditionExpression",
    "ProjectionExpression",
    "UpdateExpression",
)
BY_NAME = (
    "AttributeUpdates",
    "Expected",
    "Item",
    "Key",
    "KeyConditions",
    "QueryFilter",
    "ScanFilter",
)
"""Members that are objects with the names of attributes."""
# The beginning of a document path; what follows a dot or colon is none.
NAME = re.compile(r"(?<![:.\w#-])(#?[A-Za-z_][\w-]*)\s*(\(?)")
EQUALS = re.compile(r"(#?[A-Za-z_][\w-]*)\s*=\s*(:[\w-]+)")
WORDS = frozenset({"SET", "REMOVE", "ADD", "DELETE", "AND", "OR", "NOT", "BETWEEN", "IN"})


def condition_keys(operations: list[Members], partition_key: str | None) -> dict[str, Any]:
    """Return the condition keys of one request for one table.

    :param operations: the members of each single operation that it consists of.
    """
    attributes = sorted(set(chain.from_iterable(map(_attributes, operations))))
    leading = {value for members in operations for value in _leading(members, partition_key)}
    projected = any("ProjectionExpression" in one or "AttributesToGet" in one for one in operations)
    selected = "SPECIFIC_ATTRIBUTES" if projected else "ALL_ATTRIBUTES"
    return {
        "dynamodb:Attributes": attributes or None,
        "dynamodb:LeadingKeys": sorted(leading) or None,
        "dynamodb:Select": next((one["Select"] for one in operations if "Select" in one), selected),
        "dynamodb:ReturnValues": next(
            (one["ReturnValues"] for one in operations if "ReturnValues" in one), "NONE"
        ),
    }


def batched(part: object) -> list[Members]:
    """Return the operations that a batch has for one table."""
    if isinstance(part, Mapping):  # BatchGetItem
        return [{**part, "Key": key} for key in part.get("Keys", [])]
    return [
        operation
        for entry in (part if isinstance(part, list) else [])
        for operation in entry.values()
    ]


def _attributes(members: Members) -> Iterator[str]:
    names = members.get("ExpressionAttributeNames") or {}
    for expression in EXPRESSIONS:
        for name, call in NAME.findall(members.get(expression) or ""):
            if not call and name.upper() not in WORDS:
                yield names.get(name, name)
    for member in BY_NAME:
        yield from members.get(member) or {}
    yield from members.get("AttributesToGet") or ()


def _leading(members: Members, partition_key: str | None) -> Iterator[str]:
    """Yield the values of the partition key."""
    names = members.get("ExpressionAttributeNames") or {}
    values = members.get("ExpressionAttributeValues") or {}
    found = [(members.get(member) or {}).get(partition_key) for member in ("Item", "Key")]
    for name, value in EQUALS.findall(members.get("KeyConditionExpression") or ""):
        if names.get(name, name) == partition_key:
            found.append(values.get(value))
    legacy = (members.get("KeyConditions") or {}).get(partition_key) or {}
    found += legacy.get("AttributeValueList", [])
    for typed in found:
        yield from map(str, (typed or {}).values())
