"""Expressions of DynamoDB, made of the names of attributes: reserved words may be among them."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any


def projection(names: Iterable[str]) -> dict[str, Any]:
    """Return the arguments of a read that wants these attributes and no others."""
    marks = {f"#{name}": name for name in names}
    return {"ProjectionExpression": ", ".join(marks), "ExpressionAttributeNames": marks}


def setting(item: Mapping[str, Any], *, key: Collection[str]) -> dict[str, Any]:
    """Return the arguments of an update that sets all of an item, and makes it if it is not there.

    A put would need leave to replace items, whatever they hold.

    :param key: the names of the item's key.
    """
    marks = {f"#{name}": name for name in item if name not in key}
    return {
        "Key": {name: item[name] for name in key},
        "UpdateExpression": "SET " + ", ".join(f"{mark} = :{marks[mark]}" for mark in marks),
        "ExpressionAttributeNames": marks,
        "ExpressionAttributeValues": {f":{name}": item[name] for name in marks.values()},
    }
